import { onNode24 } from '../lib/node24.mjs';
import { walks } from './walk-gateways.mjs';
import { NEWEST } from '../lib/versions.mjs';

const SOME = [['no record', 'under-scoped', 'no tokens', 'waiting'], ['the command line', 'a device behind the proxy']];
onNode24(import.meta.url, () => ['2026.2.19', NEWEST].forEach((version) => walks(version, ...SOME)));
