// Whether npm has an OpenClaw that is later than the newest that the rules know: node tests/gateway/newest.mjs
// It is the version of the tag `latest`; exit code 1 where it is later, with what to do.
import { execFileSync } from 'node:child_process';
import { NEWEST, later } from '../lib/versions.mjs';

const published = JSON.parse(execFileSync('npm', ['view', 'openclaw', 'version', '--json'], { encoding: 'utf8' }));
console.log(`npm has openclaw ${published}, the rules go up to ${NEWEST}`);
if (later(published, NEWEST)) {
  console.log(`::error title=OpenClaw ${published} is not known yet::CONTRIBUTING.md, "A new OpenClaw version", says what to do`);
  process.exitCode = 1;
}
