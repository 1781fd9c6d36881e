import { init, load } from './workerd.mjs';
import { localDir } from './sandbox-elsewhere.mjs';
import remote from './esm/sandbox.mjs';

const ready = async () => {
  await init();
  return load();
};

export const {
  prePair, clearPending, patchConfig, setup, diagnose, devices, vercel, e2b, daytona, cloudflare, docker, PrepairError,
} = remote.entry(ready, { localDir });
export { init, localDir };
