'use strict';

// For strace: `node traced.cjs <ours|hand|parse> <state dir>` runs once to be warm, then between two marks.

const fs = require('node:fs');
const path = require('node:path');

const [who, stateDir] = process.argv.slice(2);
const { setup } = require('../../../npm/openclaw-prepair');
const RUNS = {
  ours: (dir) => setup({ stateDir: dir, env: { HOME: path.dirname(dir) }, gatewayVersion: '2026.2.19', config: { trustedProxies: ['10.0.0.1'] } }),
  hand: (dir) => require('./hand-written.cjs').setup(dir),
  parse: (dir) => require('./parse.cjs').parse(dir),
};
const other = fs.mkdtempSync(path.join(path.dirname(stateDir), 'warm-'));
RUNS[who === 'parse' ? 'ours' : who](path.join(other, '.openclaw'));
fs.existsSync('/prepair-bench-begin');
RUNS[who](stateDir);
fs.existsSync('/prepair-bench-end');
