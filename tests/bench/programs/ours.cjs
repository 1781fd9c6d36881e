'use strict';

// What a user writes.
require('../../../npm/openclaw-prepair').setup({ config: { trustedProxies: ['10.0.0.1'] } });
