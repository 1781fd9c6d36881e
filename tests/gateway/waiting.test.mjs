// One version of each kind of store; waiting.long.test.mjs has more.
import { nodeWaits, pinnedWaits } from './waiting.mjs';

for (const version of ['2026.2.23', '2026.9.6']) nodeWaits(version);
for (const version of ['2026.3.24', '2026.9.6']) pinnedWaits(version);
