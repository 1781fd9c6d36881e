// What the tests of the Node entry share: a state dir of its own, and snapshots that show that nothing changed.
import { createRequire } from 'node:module';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const prepair = createRequire(import.meta.url)('../../npm/openclaw-prepair');

/** A temporary home; removed when the test ends. `options` are those of a 2026.2.19 gateway on its state dir. */
export function place(t, version = '2026.2.19') {
  const home = mkdtempSync(join(tmpdir(), 'prepair-node-'));
  chmodSync(home, 0o755);
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const stateDir = join(home, '.openclaw');
  const file = (name) => join(stateDir, name);
  return {
    home,
    stateDir,
    file,
    options: { stateDir, env: { HOME: home }, gatewayVersion: version, now: 1_771_000_000_000 },
    put(name, content, mode = 0o600) {
      mkdirSync(dirname(file(name)), { recursive: true, mode: 0o700 });
      writeFileSync(file(name), typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content, null, 2), { mode });
    },
    text: (name) => readFileSync(file(name), 'utf8'),
    json: (name) => JSON.parse(readFileSync(file(name), 'utf8')),
  };
}

/** Everything below a folder: kinds, modes, owners, times and contents. */
export function snapshot(dir) {
  const out = {};
  const visit = (path) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    const entry = { mode: stat.mode.toString(8), uid: stat.uid, ino: stat.ino };
    if (stat.isSymbolicLink()) entry.link = readlinkSync(path);
    else if (stat.isFile()) Object.assign(entry, { mtime: stat.mtimeMs, content: readFileSync(path, 'latin1') });
    else if (stat.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
    out[path] = entry;
  };
  visit(dir);
  return out;
}

/** What a call throws, or null. */
export function refusal(call) {
  try {
    call();
    return null;
  } catch (error) {
    return error;
  }
}
