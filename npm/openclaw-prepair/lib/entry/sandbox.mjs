// @ts-check
import { init, load } from '#wasm';
import errors from '../esm/core/errors.mjs';
import remote from '../esm/sandbox/index.mjs';

/** What only Node has. */
const localDir = () => {
  throw errors.refusal('PLATFORM', 'This runtime has no file system.', { hint: 'localDir is for Node; wrap a remote sandbox instead.' });
};

const ready = async () => {
  await init();
  return load();
};

export const {
  prePair, clearPending, patchConfig, setup, diagnose, devices, vercel, e2b, daytona, cloudflare, docker, PrepairError,
} = remote.entry(ready, { localDir });
export { init, localDir };
