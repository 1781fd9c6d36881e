'use strict';

// One approval: `node approve.cjs <public key> <OpenClaw version>`.
const [publicKey, gatewayVersion] = process.argv.slice(2);
require('../../../npm/openclaw-prepair').prePair({ device: { publicKey }, gatewayVersion });
