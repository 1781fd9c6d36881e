import { walks } from './walk-gateways.mjs';

const SOME = [['no record', 'under-scoped', 'no tokens', 'waiting'], ['the command line', 'a device behind the proxy']];
for (const version of ['2026.2.19', '2026.9.6']) walks(version, ...SOME);
