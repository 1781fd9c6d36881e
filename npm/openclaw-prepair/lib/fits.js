'use strict';

const build = require('./build.js');
const { refusal } = require('./errors.js');

/** A binding that was built from other sources than this package could plan otherwise than the rest expects. */
function fits(call, file) {
  const about = JSON.parse(call('{"fn":"about"}', []).json);
  if (about.version === build.version && about.coreHash === build.coreHash) return;
  throw refusal(
    'BINDING',
    `It is version ${about.version} (${about.coreHash}), but the package is ${build.version} (${build.coreHash}).`,
    { path: file, hint: 'Install all parts of openclaw-prepair in the same version.' },
  );
}

module.exports = { fits };
