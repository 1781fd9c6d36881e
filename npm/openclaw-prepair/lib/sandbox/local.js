// @ts-check
'use strict';

// A folder of this machine as a sandbox: for tests, and for trying things out. Node only.

const { spawn } = require('node:child_process');
const { constants } = require('node:fs');
const fs = require('node:fs/promises');
const path = require('node:path');
const { property } = require('../core/bridge.js');
const { refusal } = require('../core/errors.js');

const { O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
// Neither follows a link in the last place nor waits for the other end of a FIFO.
const PLAIN = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
// The longest string of V8, as in crates/host-unix/src/read.rs.
const LARGEST = 2 ** 29 - 24;

/** `dir` is the home folder of the sandbox; absolute paths are this machine's own. */
function localDir(dir) {
  if (typeof dir !== 'string' || dir.includes('\0')) throw refusal('OPTIONS', 'localDir takes the path of a folder, as a string.');
  const home = path.resolve(dir);
  return {
    setsModes: true,
    home,
    async read(file) {
      try {
        // A device is not even opened, which alone may have effects.
        return plain(file, await fs.lstat(file)) && (await within(file, O_RDONLY | PLAIN, 0, (handle) => handle.readFile({ __proto__: null })));
      } catch (error) {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
        throw error;
      }
    },
    async writeMany(files) {
      for (const { path: file, content, mode } of files) {
        await folder(path.dirname(file));
        await within(file, O_WRONLY | O_CREAT | O_TRUNC | PLAIN, mode, async (handle) => {
          await handle.chmod(mode);
          await handle.writeFile(content, { __proto__: null });
          await handle.sync();
        });
      }
    },
    exec: (argv, options) => run(argv, home, options),
  };
}

/** Makes a folder and those above it that are missing, private whatever the umask leaves of a mode. */
async function folder(dir) {
  const make = () => fs.mkdir(dir, { __proto__: null, mode: 0o700 }).then(() => fs.chmod(dir, 0o700), (error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  try {
    await make();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    await folder(path.dirname(dir));
    await make();
  }
}

/** Throws unless this is a plain file. */
function plain(file, stat) {
  if (stat.isFile() && stat.size <= LARGEST) return true;
  throw Object.assign(new Error(`${file} is not a regular file, or too large`), { code: 'EINVAL', path: file });
}

/** Opens a plain file, gives `use` its handle, closes it. */
async function within(file, flags, mode, use) {
  const handle = await fs.open(file, flags, mode);
  try {
    plain(file, await handle.stat());
    return await use(handle);
  } finally {
    await handle.close();
  }
}

async function run([command, ...args], home, { signal, timeoutMs } = /** @type {any} */ ({})) {
  await folder(home);
  // From a relative or empty entry whatever lies in the folder would be started.
  const PATH = property(process.env, 'PATH')?.split(':').filter((dir) => path.isAbsolute(dir)).join(':');
  const temp = property(process.env, 'TMPDIR');
  const env = { __proto__: null, ...(PATH && { PATH }), HOME: home, ...(temp && { TMPDIR: temp }) };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { __proto__: null, cwd: home, env, signal, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [[], []];
    child.stdout.on('data', (chunk) => output[0].push(chunk));
    child.stderr.on('data', (chunk) => output[1].push(chunk));
    child.on('error', reject);
    child.on('close', (code, killed) => {
      const [stdout, stderr] = output.map((chunks) => Buffer.concat(chunks).toString('utf8'));
      resolve({ exitCode: code ?? (killed ? 128 : 1), stdout, stderr });
    });
  });
}

module.exports = { localDir };
