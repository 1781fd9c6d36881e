// @ts-check
'use strict';

// Node: the wasm modules lie beside this file, or beside the bundle.

const fs = require('node:fs');
const path = require('node:path');

const placed = typeof __dirname === 'string';

/** The file of the module and that of its driver; null in a bundle of the other module system, which has no __dirname and so cannot say where they lie. */
const file = placed ? path.join(__dirname, 'prepair.wasm') : null;
const driverFile = placed ? path.join(__dirname, 'prepair-driver.wasm') : null;

// The paths once more, word for word: file tracers look at the call that reads.
const read = () => fs.readFileSync(path.join(__dirname, 'prepair.wasm'));
const readDriver = () => fs.readFileSync(path.join(__dirname, 'prepair-driver.wasm'));

module.exports = { file, driverFile, read, readDriver };
