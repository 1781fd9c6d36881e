import sandbox from './sandbox-node.js';

export const {
  prePair, clearPending, patchConfig, setup, diagnose, vercel, e2b, daytona, cloudflare, docker, localDir, PrepairError,
} = sandbox;
