// @ts-check
'use strict';

// What each SDK calls reading, writing and running, as a SandboxFs. By shape alone: no SDK is needed to load this.

const { reading } = require('../core/bridge.js');
const { refusal } = require('../core/errors.js');

/** No options. */
const NONE = /** @type {{ signal?: AbortSignal, timeoutMs?: number }} */ ({});

/** Words as one command line of a POSIX shell. */
const line = (argv) => argv.map((word) => `'${String(word).replaceAll("'", "'\\''")}'`).join(' ');
const parentOf = (path) => path.slice(0, Math.max(path.lastIndexOf('/'), 1));

function shaped(sandbox, name, methods) {
  const lacking = reading('sandbox', () => methods.find((path) => typeof path.split('.').reduce((at, key) => at?.[key], sandbox) !== 'function'));
  if (lacking === undefined) return;
  throw refusal('OPTIONS', `${name}() needs a sandbox of that SDK, with ${lacking}().`);
}

const missing = (error) => error?.statusCode === 404 || error?.status === 404 || error?.response?.status === 404
  || ['NotFoundError', 'FileNotFoundError', 'DaytonaNotFoundError', 'DaytonaFileNotFoundError'].includes(error?.name)
  || error?.code === 'FILE_NOT_FOUND' || error?.errorResponse?.code === 'FILE_NOT_FOUND';

async function orNull(body) {
  try {
    return await body();
  } catch (error) {
    if (missing(error)) return null;
    throw error;
  }
}

/** A `Sandbox` of @vercel/sandbox 3. Its upload is a tar: modes are set from the first byte, parents are made. */
function vercel(sandbox) {
  shaped(sandbox, 'vercel', ['readFileToBuffer', 'writeFiles', 'runCommand']);
  return {
    setsModes: true,
    home: '/home/vercel-sandbox',
    read: (path, { signal } = NONE) => sandbox.readFileToBuffer({ path }, { signal }),
    writeMany: (files, { signal } = NONE) => sandbox.writeFiles(files.map(({ path, content, mode }) => ({ path, content, mode })), { signal }),
    async exec([cmd, ...args], { signal, timeoutMs } = NONE) {
      const done = await sandbox.runCommand({ cmd, args, signal, timeoutMs });
      const [stdout, stderr] = await Promise.all([done.stdout(), done.stderr()]);
      return { exitCode: done.exitCode, stdout, stderr };
    },
  };
}

/** A `Sandbox` of e2b 2. */
function e2b(sandbox) {
  shaped(sandbox, 'e2b', ['files.read', 'files.write', 'commands.run']);
  return {
    home: '/home/user',
    read: (path, { signal } = NONE) => orNull(() => sandbox.files.read(path, { format: 'bytes', signal })),
    async writeMany(files, { signal } = NONE) {
      await sandbox.files.write(files.map(({ path, content }) => ({ path, data: new Uint8Array(content).buffer })), { signal });
    },
    async exec(argv, { signal, timeoutMs } = NONE) {
      try {
        const { exitCode, stdout, stderr } = await sandbox.commands.run(line(argv), { timeoutMs, signal });
        return { exitCode, stdout, stderr };
      } catch (error) {
        // A command that ends with another code than 0 is an error there.
        if (typeof error?.exitCode !== 'number') throw error;
        return { exitCode: error.exitCode, stdout: error.stdout ?? '', stderr: error.stderr ?? '' };
      }
    },
  };
}

/** A `Sandbox` of @daytona/sdk. It gives stdout and stderr as one text, and takes no signal. */
function daytona(sandbox) {
  shaped(sandbox, 'daytona', ['fs.downloadFile', 'fs.uploadFile', 'process.executeCommand']);
  return {
    home: '/home/daytona',
    read: (path) => orNull(() => sandbox.fs.downloadFile(path)),
    async writeMany(files) {
      await Promise.all(files.map(({ path, content }) => sandbox.fs.uploadFile(globalThis.Buffer.from(content), path)));
    },
    async exec(argv, { timeoutMs } = NONE) {
      const seconds = timeoutMs === undefined ? undefined : Math.ceil(timeoutMs / 1000);
      const { exitCode, result } = await sandbox.process.executeCommand(line(argv), undefined, undefined, seconds);
      return { exitCode, stdout: result, stderr: '' };
    },
  };
}

/** A `Sandbox` of @cloudflare/sandbox: contents go as base64 text. */
function cloudflare(sandbox) {
  shaped(sandbox, 'cloudflare', ['readFile', 'writeFile', 'exec']);
  const bytes = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const base64 = (content) => {
    let text = '';
    for (let at = 0; at < content.length; at += 4096) text += String.fromCharCode(...content.subarray(at, at + 4096));
    return btoa(text);
  };
  return {
    home: '/root',
    read: (path) => orNull(async () => {
      const { content, encoding } = await sandbox.readFile(path, { encoding: 'base64' });
      return encoding === 'base64' || encoding === undefined ? bytes(content) : new TextEncoder().encode(content);
    }),
    async writeMany(files) {
      await Promise.all(files.map(({ path, content }) => sandbox.writeFile(path, base64(content), { encoding: 'base64' })));
    },
    async exec(argv, { timeoutMs } = NONE) {
      const { exitCode, stdout, stderr } = await sandbox.exec(line(argv), { timeout: timeoutMs });
      return { exitCode, stdout, stderr };
    },
  };
}

/** A `Container` of dockerode. Archives hold modes and owners; on a read-only root only volumes can be written to. */
function docker(container) {
  shaped(container, 'docker', ['getArchive', 'putArchive', 'exec']);
  return {
    home: '/root',
    read: (path, { signal } = NONE) => orNull(async () => {
      const entry = untar(await collected(await container.getArchive({ path, abortSignal: signal })));
      if (entry) return entry;
      throw new Error('no plain file');
    }),
    async writeMany(files, { signal } = NONE) {
      // One archive a folder: entries for folders would change those that are there.
      const folders = new Map();
      for (const file of files) folders.set(parentOf(file.path), [...(folders.get(parentOf(file.path)) ?? []), file]);
      for (const [path, inside] of folders) await container.putArchive(globalThis.Buffer.from(tar(inside)), { path, abortSignal: signal });
    },
    async exec(argv, { signal } = NONE) {
      const exec = await container.exec({ Cmd: argv, AttachStdout: true, AttachStderr: true, abortSignal: signal });
      const output = demultiplexed(await collected(await exec.start({ hijack: true, stdin: false, abortSignal: signal })));
      const { ExitCode } = await exec.inspect();
      return { exitCode: ExitCode, ...output };
    },
  };
}

async function collected(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  chunks.reduce((at, chunk) => (whole.set(chunk, at), at + chunk.length), 0);
  return whole;
}

/** The frames of an attached exec: a byte for the stream, three of nothing, four of length. */
function demultiplexed(bytes) {
  const parts = { 1: [], 2: [] };
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4);
    parts[bytes[at]]?.push(...bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const text = (part) => new TextDecoder().decode(Uint8Array.from(part));
  return { stdout: text(parts[1]), stderr: text(parts[2]) };
}

/** A ustar archive of files whose names are their last path segment. */
function tar(files) {
  const utf8 = new TextEncoder();
  const blocks = [];
  for (const { path, content, mode, uid, gid } of files.map((file) => ({ __proto__: null, uid: 0, gid: 0, ...file }))) {
    const header = new Uint8Array(512);
    const put = (at, value) => header.set(utf8.encode(value), at);
    const octal = (at, size, value) => put(at, `${value.toString(8).padStart(size - 1, '0')}\0`);
    const name = utf8.encode(path.slice(path.lastIndexOf('/') + 1));
    if (name.length > 100) throw new Error('a file name is too long');
    header.set(name, 0);
    octal(100, 8, mode);
    octal(108, 8, uid);
    octal(116, 8, gid);
    octal(124, 12, content.length);
    octal(136, 12, Math.floor(Date.now() / 1000));
    put(148, '        0');
    put(257, 'ustar\u000000');
    octal(148, 7, header.reduce((sum, byte) => sum + byte, 0));
    blocks.push(header, content, new Uint8Array((512 - (content.length % 512)) % 512));
  }
  blocks.push(new Uint8Array(1024));
  const whole = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  blocks.reduce((at, block) => (whole.set(block, at), at + block.length), 0);
  return whole;
}

/** The content of the first plain file of an archive, or null. */
function untar(bytes) {
  for (let at = 0; at + 512 <= bytes.length;) {
    const size = parseInt(new TextDecoder().decode(bytes.subarray(at + 124, at + 136)), 8) || 0;
    const type = bytes[at + 156];
    // '0' or NUL: a plain file. Extended headers come before it.
    if (bytes[at] !== 0 && (type === 0x30 || type === 0)) return bytes.slice(at + 512, at + 512 + size);
    if (type === 0x32 || type === 0x35) return null;
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return null;
}

module.exports = { vercel, e2b, daytona, cloudflare, docker };
