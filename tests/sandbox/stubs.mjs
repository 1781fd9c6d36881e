// Stand-ins of the SDKs, as their types describe them, over a real folder.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { leaked, run, secretsIn } from './vercel-server.mjs';

const dirs = [];
/** For an `after`: no secret of these machines was in a command or in what one printed; then they go. */
export async function scrapped() {
  const secrets = (await Promise.all(dirs.map((dir) => secretsIn(dir)))).flat();
  assert.ok(secrets.length > 0);
  assert.deepEqual(leaked(secrets), []);
  for (const dir of dirs) rmSync(dir, { recursive: true });
}

/** Whether somebody else could read a file: its own mode and those of the folders up to `root`. */
function open(path, root) {
  if ((statSync(path).mode & 0o044) === 0) return false;
  for (let at = dirname(path); at !== root; at = dirname(at)) if ((statSync(at).mode & 0o011) === 0) return false;
  return true;
}

/** A machine: a home, a TMPDIR, and uploads as an SDK without modes makes them; notes what others could have read. */
export function machine() {
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

/** By adapter: the sandbox of a machine. */
export const stubs = {
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
