// Compiled, never run: the sandboxes of the real SDKs fit the adapters.
import type { Sandbox as Vercel } from '@vercel/sandbox';
import type { Sandbox as E2b } from 'e2b';
import type { Sandbox as Daytona } from '@daytona/sdk';
import type { Sandbox as Cloudflare } from '@cloudflare/sandbox';
import type { Container } from 'dockerode';
import { cloudflare, daytona, docker, e2b, localDir, setup, vercel, type SandboxFs } from 'openclaw-prepair/sandbox';

declare const real: { vercel: Vercel; e2b: E2b; daytona: Daytona; cloudflare: Cloudflare; docker: Container };

const all: SandboxFs[] = [vercel(real.vercel), e2b(real.e2b), daytona(real.daytona), cloudflare(real.cloudflare), docker(real.docker), localDir('/x')];

export async function handler(): Promise<string> {
  const report = await setup(all[0]!, { fresh: true, stateDir: '/x', gatewayVersion: '2026.9.6', config: { merge: { gateway: { mode: 'local' } } } });
  const trips: number = report.roundTrips;
  // @ts-expect-error: a SandboxFs is wanted
  await setup(real.vercel, {});
  // @ts-expect-error: no such option
  await setup(all[0]!, { fersh: true });
  return `${report.deviceId} ${trips}`;
}

// A type that cannot be found would be any, and fit everything.
type Known<T> = 0 extends 1 & T ? never : true;
export const known: [Known<Vercel>, Known<E2b>, Known<Daytona>, Known<Cloudflare>, Known<Container>] = [true, true, true, true, true];
