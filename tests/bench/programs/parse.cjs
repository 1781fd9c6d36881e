'use strict';

// Reads and parses what setup() looks at, and nothing else.

const { readFileSync } = require('node:fs');

const FILES = ['identity/device.json', 'devices/paired.json', 'devices/pending.json', 'openclaw.json'];

const parse = (stateDir) => FILES.map((name) => JSON.parse(readFileSync(`${stateDir}/${name}`, 'utf8')));

module.exports = { parse };
if (require.main === module) parse(`${process.env.HOME}/.openclaw`);
