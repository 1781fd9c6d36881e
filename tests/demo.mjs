// The main job on a state dir of its own, shown file by file: what was there, what `setup()` made of it.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
const { setup, binding } = require('../npm/openclaw-prepair');

// A config as people have it: comments, single quotes, bare keys, a trailing comma.
const MESSY = `// my gateway, do not touch!
{
  gateway: {
    mode: 'local',          // loopback only
    port: 18789, auth: {mode: "token", token: "demo-token-of-nobody"},
    "trustedProxies": [
        '10.0.0.1', // the old load balancer
    ],
  },
  /* the agent writes at night */
  agents: { defaults: { model: { primary: 'anthropic/claude-sonnet-4-5' }, }, },
}
`;

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'openclaw-prepair-demo-'));
try {
  const before = path.join(work, 'before');
  const after = path.join(work, 'after');
  for (const dir of [before, after]) {
    fs.mkdirSync(dir, { mode: 0o700 });
    fs.writeFileSync(path.join(dir, 'openclaw.json'), MESSY, { mode: 0o600 });
  }
  const options = {
    stateDir: after,
    configPath: path.join(after, 'openclaw.json'),
    gatewayVersion: '2026.2.19',
    env: {},
    config: { proxyPeers: ['172.16.0.7'], merge: { gateway: { bind: 'loopback' } } },
  };
  const start = process.hrtime.bigint();
  const report = setup(options);
  const ms = Number(process.hrtime.bigint() - start) / 1e6;

  console.log(`setup() by the ${binding()} binding, ${ms.toFixed(1)} ms:\n`);
  console.log(JSON.stringify(report, null, 2).replaceAll(after, '<state dir>'));
  const again = setup(options);
  console.log('\nWhat changed on disk (keys and tokens hidden here):');
  console.log(diff(before, after));
  console.log(`A second run: ${again.changes.length === 0 ? 'nothing to change' : JSON.stringify(again.changes)}.`);
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}

/** Both trees compared by git, which every checkout has; the exit status only says that they differ. */
function diff(before, after) {
  for (const dir of [before, after]) hide(dir);
  const git = spawnSync('git', ['diff', '--no-index', '--no-color', '--no-prefix', 'before', 'after'], {
    cwd: work,
    encoding: 'utf8',
  });
  if (git.error) throw git.error;
  return git.stdout;
}

/** Secrets out of the copies that are shown. */
function hide(dir) {
  for (const entry of fs.readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(
      file,
      text
        .replace(/-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----(\\n)?/gs, '<private key>')
        .replace(/(["']?token["']?\s*:\s*)(["'])[^"']*\2/g, '$1$2<token>$2'),
    );
  }
}
