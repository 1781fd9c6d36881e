'use strict';

// A folder of this machine as a sandbox: for tests, and for trying things out. Node only.

const { spawn } = require('node:child_process');
const fs = require('node:fs/promises');
const path = require('node:path');

/** `dir` is the home folder of the sandbox; absolute paths are this machine's own. */
function localDir(dir) {
  const home = path.resolve(dir);
  return {
    setsModes: true,
    home,
    async read(file) {
      try {
        return await fs.readFile(file);
      } catch (error) {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
        throw error;
      }
    },
    async writeMany(files) {
      for (const { path: file, content, mode } of files) {
        await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
        const handle = await fs.open(file, 'w', mode);
        try {
          await handle.chmod(mode);
          await handle.writeFile(content);
          await handle.sync();
        } finally {
          await handle.close();
        }
      }
    },
    exec: (argv, options) => run(argv, home, options),
  };
}

async function run([command, ...args], home, { signal, timeoutMs } = {}) {
  await fs.mkdir(home, { recursive: true, mode: 0o700 });
  const env = { PATH: process.env.PATH, HOME: home, ...(process.env.TMPDIR && { TMPDIR: process.env.TMPDIR }) };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: home, env, signal, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
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
