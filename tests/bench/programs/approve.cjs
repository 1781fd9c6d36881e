'use strict';

// One approval: `node approve.cjs <public key> <OpenClaw version>`. Prints what it took in this process, loading included.
const start = performance.now();
const [publicKey, gatewayVersion] = process.argv.slice(2);
require('../../../npm/openclaw-prepair').prePair({ device: { publicKey }, gatewayVersion });
console.log(performance.now() - start);
