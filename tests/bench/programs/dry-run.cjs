'use strict';

// A dry run of the command line with its diff: `node dry-run.cjs <state dir>` approves a new key among the devices there. Prints its
// diff, and on stderr the CPU time of the whole process in ms.

const { randomBytes } = require('node:crypto');
const { main } = require('../../../npm/openclaw-prepair/lib/cli/index.js');

const key = randomBytes(32).toString('base64url');
main(['pre-pair', '--device', key, '--state-dir', process.argv[2], '--gateway-version', '2026.2.19', '--dry-run']).then((code) => {
  process.exitCode = code;
  const { user, system } = process.cpuUsage();
  console.error((user + system) / 1000);
});
