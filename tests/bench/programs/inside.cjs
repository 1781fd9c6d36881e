'use strict';

// Measures within one process, the contenders in turns: `node inside.cjs '{"scenario", …}'` prints their samples in ms.
// With "once": runs one of them once, and prints the peak memory of the process in bytes.

const { createHash, randomBytes } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const PACKAGE = '../../../npm/openclaw-prepair';
const { scenario, stateDir, rounds, once, json5, merge, sizes } = JSON.parse(process.argv[2]);
const file = (name) => path.join(stateDir, name);
const target = { stateDir, env: { HOME: path.dirname(stateDir) }, gatewayVersion: '2026.2.19' };
const package_ = () => require(PACKAGE);
const byHand = () => require('./hand-written.cjs');
const proxies = { trustedProxies: ['10.0.0.1'] };

let runs = 0;
const newKey = () => {
  const raw = randomBytes(32);
  return { publicKey: raw.toString('base64url'), deviceId: createHash('sha256').update(raw).digest('hex') };
};
const fresh = () => {
  const dir = path.join(path.dirname(stateDir), `fresh-${process.pid}-${runs++}`);
  fs.mkdirSync(dir);
  return path.join(dir, '.openclaw');
};

const many = (count, value) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value(i)]));
const list = (from, to) => Array.from({ length: to - from }, (_, i) => `v${from + i}`);
/** A config of so many keys or elements, and as many that are merged into it. */
const MERGES = {
  added: (count) => [{}, many(count, (i) => i)],
  changed: (count) => [many(count, (i) => i), many(count, (i) => i + 1)],
  removed: (count) => [many(count, (i) => i), many(count, () => null)],
  united: (count) => [{ list: list(0, count) }, { list: list(count, 2 * count) }],
};
const merging = (count) => () => {
  const [config, patch] = MERGES[merge](count);
  const dir = fresh();
  fs.mkdirSync(dir);
  fs.writeFileSync(path.join(dir, 'openclaw.json'), JSON.stringify(config));
  return () => package_().patchConfig({ ...target, stateDir: dir, trustedProxies: false, merge: patch });
};

/** JSON.parse alone of a store that was read before. */
const parsing = () => {
  const text = fs.readFileSync(file('devices/paired.json'), 'utf8');
  return () => JSON.parse(text);
};

/** Each contender prepares itself and gives the function that is measured. */
const SCENARIOS = {
  bare: { bare: () => () => {} },
  first: {
    ours: () => {
      const dir = fresh();
      return () => package_().setup({ ...target, stateDir: dir, config: proxies });
    },
    hand: () => {
      const dir = fresh();
      return () => byHand().setup(dir);
    },
    handNoFsync: () => {
      const dir = fresh();
      return () => byHand().setup(dir, false);
    },
  },
  nothing: {
    ours: () => () => package_().setup({ ...target, config: proxies }),
    parse: () => () => require('./parse.cjs').parse(stateDir),
  },
  approve: {
    ours: () => {
      const { publicKey } = newKey();
      return () => package_().prePair({ ...target, device: { publicKey } });
    },
    hand: () => {
      const { publicKey, deviceId } = newKey();
      return () => byHand().approve(stateDir, deviceId, publicKey);
    },
  },
  // In memory: the plan of one approval against what a script does between reading and writing.
  plan: {
    ours: () => {
      const { publicKey } = newKey();
      const paired = fs.readFileSync(file('devices/paired.json'));
      const options = { ...target, device: { publicKey } };
      const { plan, reads } = require(`${PACKAGE}/lib/entry/plan-node.js`);
      const inputs = { files: {}, rows: {}, now: Date.now(), entropy: randomBytes(64) };
      for (let files; (files = reads('prePair', options, inputs).files).length > 0; ) {
        for (const name of files) inputs.files[name] = name === file('devices/paired.json') ? paired : null;
      }
      for (const { id } of reads('prePair', options, { ...inputs, files: {} }).queries) inputs.rows[id] = null;
      return () => plan('prePair', inputs, options);
    },
    parse: () => {
      const text = fs.readFileSync(file('devices/paired.json'), 'utf8');
      const { deviceId } = newKey();
      return () => {
        const paired = JSON.parse(text);
        paired[deviceId] = {};
        return JSON.stringify(paired, null, 2);
      };
    },
  },
  list: {
    ours: () => () => package_().devices.list(target),
    parse: () => parsing(),
  },
  doctor: {
    ours: () => () => package_().diagnose(target),
    parse: () => parsing(),
  },
  config: {
    ours: () => {
      const address = `10.0.${runs >> 8}.${runs++ & 255}`;
      return () => package_().patchConfig({ ...target, trustedProxies: [address] });
    },
    json5: () => {
      const text = fs.readFileSync(file('openclaw.json'), 'utf8');
      return () => require(json5).parse(text);
    },
  },
};

const contenders = scenario === 'merge' ? Object.fromEntries(sizes.map((count) => [count, merging(count)])) : SCENARIOS[scenario];
if (once) {
  contenders[once]()();
  // In kilobytes. Linux carries maxRSS over from the process that started this one; VmHWM is this one's own.
  const own = fs.existsSync('/proc/self/status') && /^VmHWM:\s+(\d+) kB/m.exec(fs.readFileSync('/proc/self/status', 'utf8'));
  console.log(JSON.stringify({ peak: (own ? Number(own[1]) : process.resourceUsage().maxRSS) * 1024 }));
} else {
  const samples = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  // The first ones load and compile.
  const warm = rounds > 10 ? 3 : 1;
  for (let round = -warm; round < rounds; round += 1) {
    for (const [name, prepare] of Object.entries(contenders)) {
      const run = prepare();
      const start = performance.now();
      run();
      const took = performance.now() - start;
      if (round >= 0) samples[name].push(took);
    }
  }
  console.log(JSON.stringify(samples));
}
