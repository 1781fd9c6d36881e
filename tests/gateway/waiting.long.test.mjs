import { nodeWaits, pinnedWaits } from './waiting.mjs';

for (const version of ['2026.3.24', '2026.5.18']) nodeWaits(version);
for (const version of ['2026.4.15', '2026.5.18']) pinnedWaits(version);
