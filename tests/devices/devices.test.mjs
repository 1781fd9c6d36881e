// One version of each kind of store and approval; devices.long.test.mjs has more.
import { NEWEST } from '../lib/versions.mjs';
import { compared, story, surfaces, surfacesCompared, tokens } from './devices.mjs';

for (const version of ['2026.2.19', '2026.4.29', NEWEST]) story(version);
for (const version of ['2026.2.19', '2026.4.29', NEWEST]) tokens(version);
for (const version of ['2026.2.19', '2026.4.29', NEWEST]) compared(version, ['new', 'revoked', 'node']);
for (const version of [NEWEST]) surfaces(version);
for (const version of [NEWEST]) surfacesCompared(version);
