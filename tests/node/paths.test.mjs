// State dir and config path are those that OpenClaw's own functions find, over random environments and folders.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openclaw } from '../lib/cache.mjs';
import { isSince, NEWEST } from '../lib/versions.mjs';
import { prepair } from './setup.mjs';

/** OpenClaw's resolvers, found by their names in the export list of a chunk. */
async function resolvers(version) {
  const dist = join(await openclaw(version), 'dist');
  for (const name of readdirSync(dist).filter((file) => /^paths-.*\.m?js$/.test(file))) {
    const text = readFileSync(join(dist, name), 'utf8');
    if (!/resolveStateDir as/.test(text) || !/resolveConfigPath as/.test(text)) continue;
    const exported = Object.values(await import(pathToFileURL(join(dist, name))));
    const named = (wanted) => exported.find((value) => typeof value === 'function' && value.name === wanted);
    return { stateDir: named('resolveStateDir'), config: named('resolveConfigPath'), candidates: named('resolveDefaultConfigCandidates') };
  }
  throw new Error(`no resolvers in ${version}`);
}

/** A small seeded generator. */
function random(seed) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return { chance: (p) => next() < p, pick: (list) => list[Math.floor(next() * list.length)] };
}

for (const version of ['2026.2.19', '2026.4.15', NEWEST]) {
  test(`paths of ${version}`, async (t) => {
    const theirs = await resolvers(version);
    const root = mkdtempSync(join(tmpdir(), 'prepair-paths-'));
    t.after(() => rmSync(root, { recursive: true, force: true }));
    const { chance, pick } = random(Number(version.replaceAll('.', '')));
    let explicit = 0;
    let legacy = 0;
    for (let i = 0; i < 400; i += 1) {
      const home = join(root, `${i}`);
      const other = join(home, 'other');
      mkdirSync(other, { recursive: true });
      for (const base of [home, other]) {
        for (const dir of ['.openclaw', '.clawdbot', '.moldbot', '.moltbot']) {
          if (!chance(0.3)) continue;
          mkdirSync(join(base, dir));
          for (const name of ['openclaw.json', 'clawdbot.json', 'moldbot.json', 'moltbot.json']) {
            if (chance(0.25)) writeFileSync(join(base, dir, name), '{}');
          }
        }
      }
      const place = () => pick([`${home}/.clawdbot`, '~/.openclaw', '~/own', '~', `  ${other}/x/../y/ `, `${home}//a/./b`, '', ' ', '~x', 'relative/dir']);
      const env = { HOME: pick([home, home, `${home}/`, ` ${other}`]) };
      if (chance(0.3)) env.OPENCLAW_HOME = pick([other, '~/other', '~', '', ' ', `${other}/.`, 'undefined', ' null']);
      if (chance(0.3)) env.OPENCLAW_STATE_DIR = place();
      if (chance(0.2)) env.CLAWDBOT_STATE_DIR = place();
      if (chance(0.2)) env.CLAWDBOT_CONFIG_PATH = pick([`${other}/c.json`, `${home}/.openclaw/openclaw.json`, '']);
      if (chance(0.3)) env.OPENCLAW_CONFIG_PATH = pick([`${other}/c.json`, '~/c.json', 'c.json', '']);
      if (chance(0.2)) {
        delete env.HOME;
        if (chance(0.5)) env.HOME = pick(['undefined', 'null ']);
        env.USERPROFILE = home;
      }
      const stateDir = theirs.stateDir(env);
      const report = prepair.setup({ env, gatewayVersion: version, dryRun: true });
      const paired = report.changes.find((change) => change.path.endsWith('/devices/paired.json')).path;
      assert.equal(dirname(dirname(paired)), stateDir, JSON.stringify(env));
      // createConfigIO, which a gateway reads its config by, looks at all candidates first up to 2026.4.2.
      const found = !isSince(version, 4, 0) ? theirs.candidates(env).find((path) => existsSync(path)) : undefined;
      assert.equal(report.config.path, found ?? theirs.config(env, stateDir), JSON.stringify(env));
      explicit += env.OPENCLAW_STATE_DIR?.trim() ? 1 : 0;
      legacy += /\.(clawd|mold|molt)bot/.test(stateDir) ? 1 : 0;
    }
    t.diagnostic(`400 environments, ${explicit} with an explicit state dir, ${legacy} that end in a legacy folder`);
  });
}
