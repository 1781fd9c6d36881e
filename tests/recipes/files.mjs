// The recipes as files: what each would run, as which user, with which variables.
import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECIPES } from './image.mjs';
import { compose, yaml } from './tools.mjs';

export const read = (name) => readFileSync(join(RECIPES, name), 'utf8');

/** `places` maps a folder of the recipe to one of the test, in every text of a value. */
export function at(value, places) {
  if (typeof value === 'string') return Object.entries(places).reduce((text, [from, to]) => text.replaceAll(from, to), value);
  if (Array.isArray(value)) return value.map((item) => at(item, places));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, at(item, places)]));
}

/** Of the Dockerfile: `{ env, user, argv }`, entrypoint and command in one. */
export function docker(places) {
  const text = read('docker/Dockerfile');
  const line = (word) => new RegExp(`^${word} (.*)$`, 'm').exec(text)[1];
  const [entrypoint, ...rest] = JSON.parse(line('ENTRYPOINT'));
  return {
    env: at(Object.fromEntries(line('ENV').split(' ').map((pair) => pair.split('='))), places),
    user: Number(line('USER').split(':')[0]),
    // where COPY puts it
    argv: [join(RECIPES, 'docker', entrypoint), ...rest, ...JSON.parse(line('CMD'))],
  };
}

/** Of the compose file: `{ env, healthcheck }`. */
export async function composed(given) {
  const { environment, healthcheck } = (await compose(join(RECIPES, 'docker/compose.yaml'), given)).services.openclaw;
  const [kind, ...argv] = healthcheck.test;
  if (kind !== 'CMD') throw new Error(kind);
  return { env: environment, healthcheck: argv };
}

/** Of the unit: `{ env, user, before, argv }`; `%S` is `state`. */
export function unit(state) {
  const text = read('systemd/openclaw.service');
  const value = (key) => at(new RegExp(`^${key}=(.*)$`, 'm').exec(text)[1], { '%S': state, '/usr/bin/': '' });
  return {
    env: Object.fromEntries(value('Environment').split(' ').map((pair) => pair.split('='))),
    folder: join(state, value('StateDirectory')), mode: parseInt(value('StateDirectoryMode'), 8),
    before: value('ExecStartPre').split(' '), argv: value('ExecStart').split(' '),
  };
}

/** Of the StatefulSet: what its pod runs, with the volume and the ConfigMap laid as a kubelet does, below `dir`. */
export async function pod(dir, token) {
  const [map, { spec: { template: { spec } } }] = await yaml(join(RECIPES, 'kubernetes/openclaw.yaml'));
  const volume = join(dir, 'volume');
  mkdirSync(volume);
  // what fsGroup does
  chownSync(volume, 0, spec.securityContext.fsGroup);
  chmodSync(volume, 0o2775);
  const config = join(dir, 'config');
  mkdirSync(join(config, '..2026_11_26'), { recursive: true });
  symlinkSync('..2026_11_26', join(config, '..data'));
  for (const [name, text] of Object.entries(map.data)) {
    writeFileSync(join(config, '..data', name), text, { mode: 0o444 });
    symlinkSync(join('..data', name), join(config, name));
  }
  const places = { '/var/lib/openclaw': volume, '/etc/openclaw': config, '/home/node': join(dir, 'home') };
  const [init, gateway] = [spec.initContainers[0], spec.containers[0]];
  const env = at(Object.fromEntries(gateway.env.map(({ name, value = token }) => [name, value])), places);
  return { uid: spec.securityContext.runAsUser, env, init: init.command, argv: gateway.command, probe: gateway.readinessProbe.exec.command, volume, config };
}

/** The scripts of the workflow's steps, by name. */
export async function steps() {
  const [{ jobs }] = await yaml(join(RECIPES, 'github-actions/gateway.yml'));
  return Object.fromEntries(jobs.test.steps.filter(({ run }) => run).map(({ name, run }) => [name ?? run, run]));
}
