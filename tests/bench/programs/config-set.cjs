'use strict';

// One value of the config, as `openclaw config set gateway.port <number>`.
const port = Number(process.argv[2]);
require('../../../npm/openclaw-prepair').patchConfig({ trustedProxies: false, merge: { gateway: { port } } });
