// One version of each kind of store and approval; devices.long.test.mjs has more.
import { compared, story, surfaces, tokens } from './devices.mjs';

for (const version of ['2026.2.19', '2026.4.29', '2026.9.6']) story(version);
for (const version of ['2026.4.29', '2026.9.6']) tokens(version);
for (const version of ['2026.2.19', '2026.9.6']) compared(version);
for (const version of ['2026.9.6']) surfaces(version);
