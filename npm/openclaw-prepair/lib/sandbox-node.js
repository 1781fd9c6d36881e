'use strict';

const { entry } = require('./sandbox.js');

module.exports = entry(() => require('./binding.js').load(), { localDir: (dir) => require('./sandbox-local.js').localDir(dir) });
