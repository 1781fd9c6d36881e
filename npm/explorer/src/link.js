'use strict';

// What a link to the page holds: version, connection, example; never the content of a file. A hash may be anybody's: what is not known is passed over.

const MAX = 200;

/** The hash for a state; `names`: the fields of the connection. */
function written({ version, example, connection }, names) {
  const out = new URLSearchParams();
  if (example) out.set('example', example);
  if (version) out.set('version', version);
  for (const name of names) if (connection[name]) out.set(name, connection[name]);
  return out.size === 0 ? '' : `#${out}`;
}

/** The state of a hash; `known(name, value)`: whether a field may have that value. */
function read(hash, names, known) {
  const given = new URLSearchParams(hash.slice(1, 4000));
  const taken = (name) => {
    const value = given.get(name);
    return value !== null && value.length <= MAX && known(name, value) ? value : '';
  };
  return { example: taken('example'), version: taken('version'), connection: Object.fromEntries(names.map((name) => [name, taken(name)])) };
}

module.exports = { written, read };
