// Whether npm has an OpenClaw that is newer than the newest that the rules were made for: node tests/gateway/newest.mjs
// The version of the tag `latest`; exit code 1 where it is newer, with what to do.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The version that `NEWEST` names. */
export const known = (source = readFileSync(new URL('../../crates/core/src/rules/mod.rs', import.meta.url), 'utf8')) => /NEWEST: Version = Since::of\("(.+?)"\)/.exec(source)[1];

/** Whether version `a` is later than `b`: year, month, patch, and the number behind a dash. */
export function later(a, b) {
  const numbers = (version) => version.split(/[.-]/).map(Number);
  const [one, other] = [numbers(a), numbers(b)];
  for (let at = 0; at < 4; at++) if ((one[at] ?? 0) !== (other[at] ?? 0)) return (one[at] ?? 0) > (other[at] ?? 0);
  return false;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const newest = JSON.parse(execFileSync('npm', ['view', 'openclaw', 'version', '--json'], { encoding: 'utf8' }));
  console.log(`npm has openclaw ${newest}, the rules go up to ${known()}`);
  if (later(newest, known())) {
    console.log(`::error title=OpenClaw ${newest} is not known yet::CONTRIBUTING.md, "A new OpenClaw version", says what to do`);
    process.exitCode = 1;
  }
}
