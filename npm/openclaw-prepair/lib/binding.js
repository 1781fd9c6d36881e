'use strict';

const { PrepairError } = require('./errors.js');

let loaded;
function load() {
  if (loaded) return loaded;
  const addon = require('../prepair.node');
  const checked = (reply) => {
    const json = JSON.parse(reply.json);
    if (json.error) throw new PrepairError(json.error);
    return json;
  };
  loaded = {
    kind: 'native',
    call: addon.call,
    readFiles(request) {
      const reply = addon.readFiles(JSON.stringify(request));
      const json = checked(reply);
      for (const [path, file] of Object.entries(json.files)) if (file && 'blob' in file) json.files[path] = reply.blobs[file.blob];
      return json;
    },
    applyFiles: (request, blobs) => checked(addon.applyFiles(JSON.stringify(request), blobs)),
  };
  return loaded;
}
module.exports = { load };
