// @ts-check
import sandbox from './sandbox-node.js';

export const {
  prePair, clearPending, patchConfig, setup, diagnose, devices, vercel, e2b, daytona, cloudflare, docker, localDir, PrepairError,
} = sandbox;
