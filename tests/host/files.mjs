// Both implementations of the two file calls, here or in a process of another user, umask or mount namespace.
// PREPAIR_FILES=js|native takes one of them only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const MODULES = { native: '../../npm/openclaw-prepair/prepair.node', js: '../../npm/openclaw-prepair/lib/node/files.js' };

export const NAMES = process.env.PREPAIR_FILES ? [process.env.PREPAIR_FILES] : Object.keys(MODULES);

const bytes = (content) => (typeof content === 'string' ? Buffer.from(content) : content);

/** `{ read(bases, files), apply(bases, steps, owner, rehearse) }`; contents go in and out as strings or bytes. */
export function implementation(name) {
  const { readFiles, applyFiles } = require(MODULES[name]);
  return {
    name,
    read(bases, files) {
      const { json, blobs } = readFiles(JSON.stringify({ bases, files }));
      const reply = JSON.parse(json);
      if (reply.error) return reply;
      for (const [file, found] of Object.entries(reply.files)) {
        if (found && 'blob' in found) reply.files[file] = Buffer.from(blobs[found.blob]).toString('latin1');
      }
      return reply;
    },
    apply(bases, steps, owner = null, rehearse = undefined) {
      const blobs = [];
      const packed = steps.map(({ content, ...step }) => (content === undefined ? step : { ...step, blob: blobs.push(bytes(content)) - 1 }));
      return JSON.parse(applyFiles(JSON.stringify({ bases, steps: packed, owner, rehearse }), blobs).json);
    },
  };
}

export const sha = (content) => createHash('sha256').update(bytes(content)).digest('hex');
export const write = (file, content, was = null, more = {}) => ({ kind: 'write', path: file, content, mode: 0o600, expect: was === null ? null : sha(was), ...more });
export const remove = (file, was) => ({ kind: 'remove', path: file, expect: sha(was) });

/** A fresh folder, gone after the test. */
export function room(t, { uid = 0 } = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'prepair-host-'));
  fs.chmodSync(dir, 0o755);
  fs.chownSync(dir, uid, uid);
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Files, folders (null), links ({ to }) by relative path; folders above are made 0700. */
export function lay(dir, entries, { uid = 0 } = {}) {
  const own = (file) => fs.lchownSync(file, uid, uid);
  const folder = (file) => {
    if (fs.existsSync(file)) return;
    folder(path.dirname(file));
    fs.mkdirSync(file, { mode: 0o700 });
    own(file);
  };
  for (const [name, what] of Object.entries(entries)) {
    const file = path.join(dir, name);
    folder(what === null ? file : path.dirname(file));
    if (what === null) continue;
    if (what.to !== undefined) fs.symlinkSync(what.to, file);
    else fs.writeFileSync(file, what, { mode: 0o600 });
    own(file);
  }
}

/** All that is in a folder: mode, owner and content of each entry. */
export function snapshot(dir) {
  const out = {};
  const visit = (file, name) => {
    const stat = fs.lstatSync(file);
    const mode = (stat.mode & 0o7777).toString(8);
    const head = `${mode} ${stat.uid}:${stat.gid}`;
    if (stat.isSymbolicLink()) out[name] = `link ${fs.readlinkSync(file)}`;
    else if (stat.isFile()) out[name] = `${head} ${stat.ino} ${sha(fs.readFileSync(file))}`;
    else if (stat.isDirectory()) {
      out[name] = `${head} dir`;
      for (const entry of fs.readdirSync(file)) visit(path.join(file, entry), `${name}/${entry}`);
    } else out[name] = `${head} other`;
  };
  visit(dir, '.');
  return out;
}

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));

/**
 * Runs `script`, the body of an async function of (files, fs, lib), in a process of its own and gives what it returns.
 * `uid`: as that user. `umask`: with that one. `shell`: sh commands run before in a private mount namespace.
 */
export function elsewhere(name, script, { uid = 0, umask = 0o022, shell = null, args = {}, timeout = 60_000 } = {}) {
  const input = JSON.stringify({ name, script, uid, umask, args });
  const node = [process.execPath, CHILD];
  const argv = shell === null ? node : ['unshare', '-m', '--propagation', 'private', 'sh', '-ec', `${shell}\nexec "$0" "$@"`, ...node];
  const done = spawnSync(argv[0], argv.slice(1), { input, encoding: 'utf8', timeout });
  if (done.status !== 0) throw new Error(`child failed (${done.status ?? done.signal}): ${done.stderr}`);
  return JSON.parse(done.stdout);
}
