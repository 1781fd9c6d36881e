// @ts-check
'use strict';

const { entry } = require('../sandbox/index.js');

module.exports = entry(() => require('../node/binding.js').load(), { localDir: (dir) => require('../sandbox/local.js').localDir(dir) });
