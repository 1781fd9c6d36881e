'use strict';

module.exports = { version: '0.1.0', coreHash: '6a4d8332c2020128' };
