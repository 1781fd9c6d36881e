// @ts-check
'use strict';

const { entry } = require('../sandbox/index.js');

const remote = entry(() => require('../node/binding.js').load(), { localDir: (dir) => require('../sandbox/local.js').localDir(dir) });

// One by one, as in index.js.
exports.prePair = remote.prePair;
exports.clearPending = remote.clearPending;
exports.patchConfig = remote.patchConfig;
exports.setup = remote.setup;
exports.diagnose = remote.diagnose;
exports.devices = remote.devices;
exports.vercel = remote.vercel;
exports.e2b = remote.e2b;
exports.daytona = remote.daytona;
exports.cloudflare = remote.cloudflare;
exports.docker = remote.docker;
exports.localDir = remote.localDir;
exports.PrepairError = remote.PrepairError;
