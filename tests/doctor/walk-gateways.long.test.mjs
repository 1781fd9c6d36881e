import { onNode24 } from '../lib/node24.mjs';
import { walks } from './walk-gateways.mjs';
import { NEWEST } from '../lib/versions.mjs';

const VERSIONS = ['2026.2.12', '2026.2.19', '2026.3.24', '2026.4.15', '2026.4.29', '2026.5.18', '2026.7.1', NEWEST];
onNode24(import.meta.url, () => VERSIONS.forEach((version) => walks(version)));
