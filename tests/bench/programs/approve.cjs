'use strict';

// One approval of a waiting request: `node approve.cjs <request id> <OpenClaw version>`. Prints what it took in this process, loading included.
const start = performance.now();
const [requestId, gatewayVersion] = process.argv.slice(2);
require('../../../npm/openclaw-prepair').devices.approve({ requestId, gatewayVersion });
console.log(performance.now() - start);
