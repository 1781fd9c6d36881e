// The other SDKs, as their types describe them, over a real folder. Nothing here ran against the SDKs' own clients
// or services: only @vercel/sandbox does (vercel.test.mjs); types.test.mjs holds the real types against the adapters.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, describe, test } from 'node:test';
import { leaked, run, secretsIn } from './vercel-server.mjs';

const require = createRequire(import.meta.url);
const sandbox = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');

const dirs = [];
after(async () => {
  const secrets = (await Promise.all(dirs.map((dir) => secretsIn(dir)))).flat();
  assert.ok(secrets.length > 0);
  assert.deepEqual(leaked(secrets), []);
  for (const dir of dirs) rmSync(dir, { recursive: true });
});

/** Whether somebody else could read a file: its own mode and those of the folders up to `root`. */
function open(path, root) {
  if ((statSync(path).mode & 0o044) === 0) return false;
  for (let at = dirname(path); at !== root; at = dirname(at)) if ((statSync(at).mode & 0o011) === 0) return false;
  return true;
}

/** A machine: a home, a TMPDIR, and uploads as an SDK without modes makes them; notes what others could have read. */
function machine() {
  const dir = mkdtempSync(join(tmpdir(), "prepair stub '$\" "));
  chmodSync(dir, 0o755);
  dirs.push(dir);
  const [home, temp] = [join(dir, 'home'), join(dir, 'tmp')];
  for (const folder of [home, temp]) mkdirSync(folder);
  chmodSync(temp, 0o1777);
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temp };
  const seen = [];
  return {
    dir, home, stateDir: join(home, '.openclaw'), seen,
    read: (path) => (existsSync(path) ? readFileSync(path) : null),
    write(path, content, mode = 0o644) {
      mkdirSync(dirname(path), { recursive: true });
      // The permission of a file that is there is kept, as by open(2).
      writeFileSync(path, '', { mode });
      if (open(path, dir)) seen.push(path);
      writeFileSync(path, content);
    },
    exec: (argv) => run(argv, { cwd: home, env }),
    line: (text) => run(['sh', '-c', text], { cwd: home, env }),
  };
}

class NotFoundError extends Error {
  name = 'NotFoundError';
}
class CommandExitError extends Error {
  constructor(done) {
    super('exited');
    Object.assign(this, done);
  }
}

const stubs = {
  e2b: (at) => ({
    files: {
      async read(path, { format }) {
        assert.equal(format, 'bytes');
        const content = at.read(path);
        if (!content) throw new NotFoundError(`path not found: ${path}`);
        return new Uint8Array(content);
      },
      async write(files) {
        for (const { path, data } of files) {
          assert.ok(data instanceof ArrayBuffer);
          at.write(path, Buffer.from(data));
        }
        return files.map(({ path }) => ({ path, name: basename(path), type: 'file' }));
      },
    },
    commands: {
      async run(command) {
        const done = await at.line(command);
        if (done.exitCode !== 0) throw new CommandExitError(done);
        return done;
      },
    },
  }),
  daytona: (at) => ({
    fs: {
      async downloadFile(path) {
        const content = at.read(path);
        if (!content) throw Object.assign(new Error('file not found'), { name: 'DaytonaNotFoundError', statusCode: 404 });
        return content;
      },
      async uploadFile(content, path) {
        assert.ok(Buffer.isBuffer(content));
        at.write(path, content);
      },
    },
    process: {
      async executeCommand(command) {
        const { exitCode, stdout, stderr } = await at.line(command);
        return { exitCode, result: stdout + stderr, artifacts: { stdout } };
      },
    },
  }),
  cloudflare: (at) => ({
    async readFile(path, { encoding }) {
      const content = at.read(path);
      if (!content) throw Object.assign(new Error('File not found'), { name: 'FileNotFoundError' });
      return { success: true, path, content: content.toString(encoding), encoding };
    },
    async writeFile(path, content, { encoding }) {
      at.write(path, Buffer.from(content, encoding));
      return { success: true, path };
    },
    async exec(command) {
      return { success: true, command, ...await at.line(command) };
    },
  }),
  docker: (at) => ({
    async getArchive({ path }) {
      if (!existsSync(path)) throw Object.assign(new Error('(HTTP code 404) no such container path'), { statusCode: 404 });
      return spawn('tar', ['-c', '-C', dirname(path), basename(path)], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout;
    },
    async putArchive(archive, { path }) {
      assert.ok(existsSync(path), 'Docker makes no folders for an archive');
      const { status, stderr } = spawnSync('tar', ['-x', '-p', '-C', path], { input: archive });
      assert.equal(status, 0, String(stderr));
      for (const name of readdirSync(path)) if (statSync(join(path, name)).isFile() && open(join(path, name), at.dir)) at.seen.push(name);
    },
    async exec({ Cmd }) {
      let exitCode;
      return {
        async start() {
          const done = await at.exec(Cmd);
          exitCode = done.exitCode;
          const frames = [[1, done.stdout], [2, done.stderr]].flatMap(([kind, text]) => {
            const data = Buffer.from(text);
            const header = Buffer.alloc(8);
            header[0] = kind;
            header.writeUInt32BE(data.length, 4);
            return data.length > 0 ? [header, data] : [];
          });
          return Readable.from(frames).pipe(new PassThrough());
        },
        inspect: async () => ({ ExitCode: exitCode }),
      };
    },
  }),
};

for (const [name, stub] of Object.entries(stubs)) {
  describe(name, () => {
    const gatewayVersion = '2026.2.19';

    test('fresh: three calls, nobody else can read anything meanwhile', async () => {
      const at = machine();
      const fs = sandbox[name](stub(at));
      const report = await sandbox.setup(fs, { fresh: true, stateDir: at.stateDir, gatewayVersion });
      assert.equal(report.roundTrips, 3);
      check(at, report);
      // Written by another SDK or hand: read through this one.
      const again = await sandbox.setup(fs, { stateDir: at.stateDir, gatewayVersion });
      assert.deepEqual([again.deviceId, again.identity, again.paired, again.changes, again.roundTrips], [report.deviceId, 'reused', 'unchanged', [], 1]);
    });

    test('with state: three waits', async () => {
      const at = machine();
      mkdirSync(at.stateDir);
      writeFileSync(join(at.stateDir, 'openclaw.json'), '// mine: ü\n{}\n', { mode: 0o600 });
      const fs = sandbox[name](stub(at));
      const report = await sandbox.setup(fs, { stateDir: at.stateDir, gatewayVersion, config: { merge: { gateway: { mode: 'local' } } } });
      assert.equal(report.roundTrips, 3);
      check(at, report);
      assert.match(readFileSync(join(at.stateDir, 'openclaw.json'), 'utf8'), /^\/\/ mine: ü\n/);
    });

    test('the home is found', async () => {
      const at = machine();
      const report = await sandbox.setup(sandbox[name](stub(at)), { gatewayVersion });
      check(at, report);
    });

    test('something that is no such sandbox', () => {
      assert.throws(() => sandbox[name]({}), { code: 'ERR_PREPAIR_OPTIONS' });
      assert.throws(() => sandbox[name](null), { code: 'ERR_PREPAIR_OPTIONS' });
    });
  });
}

function check(at, report) {
  assert.deepEqual(at.seen, []);
  const device = JSON.parse(readFileSync(join(at.stateDir, 'identity/device.json'), 'utf8'));
  assert.equal(device.deviceId, report.deviceId);
  for (const file of ['identity/device.json', 'devices/paired.json', 'openclaw.json']) assert.equal(statSync(join(at.stateDir, file)).mode & 0o777, 0o600);
}
