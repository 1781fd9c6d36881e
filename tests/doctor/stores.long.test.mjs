import { ownAndForeign } from './stores.mjs';

for (const version of ['2026.2.12', '2026.3.24', '2026.4.15', '2026.7.1']) ownAndForeign(version);
