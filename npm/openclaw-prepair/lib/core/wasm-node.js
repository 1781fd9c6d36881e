// @ts-check
'use strict';

// Node: the wasm lies beside this file, or beside the bundle.

const fs = require('node:fs');
const path = require('node:path');

/** The module's file; null in a bundle of the other module system, which has no __dirname and so cannot say where it lies. */
const file = typeof __dirname === 'string' ? path.join(__dirname, 'prepair.wasm') : null;

// The path once more, word for word: file tracers look at the call that reads.
const read = () => fs.readFileSync(path.join(__dirname, 'prepair.wasm'));

module.exports = { file, read };
