import { walks } from './walk-gateways.mjs';

for (const version of ['2026.2.12', '2026.2.19', '2026.3.24', '2026.4.15', '2026.4.29', '2026.5.18', '2026.7.1', '2026.9.6']) walks(version);
