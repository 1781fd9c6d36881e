'use strict';

// Finds the installed openclaw package without starting a process.

const fs = require('node:fs');
const path = require('node:path');
const { bare } = require('./core.js');
const { refusal } = require('./errors.js');

/** Whether something is there; what we may not look at, by the permissions of Node or Deno, is not. */
function exists(file) {
  try {
    return fs.existsSync(file);
  } catch {
    return false;
  }
}

/** The package in a folder, or null. */
function packageIn(dir) {
  const file = path.join(dir, 'package.json');
  // Asked many times where there is none, and an exception costs more than a look.
  if (!exists(file)) return null;
  try {
    const manifest = bare(JSON.parse(fs.readFileSync(file, { __proto__: null, encoding: 'utf8' })));
    if (manifest.name !== 'openclaw' || typeof manifest.version !== 'string') return null;
    const schema = manifest.openclaw?.schemaVersions?.state;
    return { version: manifest.version, stateSchema: Number.isSafeInteger(schema) ? schema : null };
  } catch {
    return null;
  }
}

function* parents(dir) {
  for (let at = dir; ; at = path.dirname(at)) {
    yield at;
    if (path.dirname(at) === at) return;
  }
}

function* candidates(env) {
  let cwd = null;
  try {
    cwd = process.cwd();
  } catch {
    // The working folder is gone; the other places remain.
  }
  if (cwd) for (const dir of parents(cwd)) yield path.join(dir, 'node_modules', 'openclaw');
  for (const dir of (env.PATH ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(dir)) continue;
    // npm and pnpm scripts put a project's node_modules/.bin first.
    if (path.basename(dir) === '.bin' && exists(path.join(dir, 'openclaw'))) yield path.join(dir, '..', 'openclaw');
    if (!exists(path.join(dir, 'openclaw'))) continue;
    let real;
    try {
      real = fs.realpathSync(path.join(dir, 'openclaw'));
    } catch {
      continue;
    }
    // npm links the command into the package; pnpm and others put a script beside a folder of packages.
    for (const up of parents(path.dirname(real))) yield up;
    yield path.join(dir, '..', 'lib', 'node_modules', 'openclaw');
    yield path.join(dir, 'node_modules', 'openclaw');
    yield path.join(dir, 'global', '5', 'node_modules', 'openclaw');
  }
  yield path.join(process.execPath, '..', '..', 'lib', 'node_modules', 'openclaw');
  for (const dir of (env.NODE_PATH ?? '').split(path.delimiter)) {
    if (path.isAbsolute(dir)) yield path.join(dir, 'openclaw');
  }
}

/** `{ version, stateSchema }` of the installed package, or null. */
function installed(openclawDir, env) {
  if (typeof openclawDir === 'string') {
    const found = packageIn(openclawDir);
    if (found) return found;
    throw refusal('OPTIONS', 'The option openclawDir is not the folder of an openclaw package.', {
      path: openclawDir,
      hint: 'Give the folder that holds its package.json, or leave it out.',
    });
  }
  for (const dir of candidates(env)) {
    const found = packageIn(dir);
    if (found) return found;
  }
  return null;
}

module.exports = { installed };
