'use strict';

// The least that a first setup by wasm can take: compiling the module, and the hand-written script.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

new WebAssembly.Module(fs.readFileSync(require.resolve('../../../npm/openclaw-prepair/lib/core/prepair.wasm')));
require('./hand-written.cjs').setup(path.join(os.homedir(), '.openclaw'));
