// One version of each kind of store; waiting.long.test.mjs has more.
import { NEWEST } from '../lib/versions.mjs';
import { nodeWaits, pinnedWaits } from './waiting.mjs';

for (const version of ['2026.2.23', NEWEST]) nodeWaits(version);
for (const version of ['2026.3.24', NEWEST]) pinnedWaits(version);
