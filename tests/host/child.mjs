// The other side of `elsewhere` in files.mjs. Modules are loaded before the user changes, who may not reach them.
import fs from 'node:fs';
import * as lib from './files.mjs';

const { name, script, uid, umask, args } = JSON.parse(fs.readFileSync(0, 'utf8'));
const files = lib.implementation(name);
const body = new (async () => {}).constructor('files', 'fs', 'lib', 'args', script);
process.umask(umask);
if (uid !== 0) {
  process.setgroups([]);
  process.setgid(uid);
  process.setuid(uid);
}
process.stdout.write(JSON.stringify((await body(files, fs, lib, args)) ?? null));
