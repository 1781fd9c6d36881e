// Every kind of version beside real gateways: both sides of what approvals and node commands became, and of where OpenClaw's own commands work.
import { NEWEST } from '../lib/versions.mjs';
import { controlUi } from './control-ui.mjs';
import { compared, story, surfaces, surfacesCompared, tokens } from './devices.mjs';

const VERSIONS = ['2026.2.12', '2026.2.19', '2026.2.23', '2026.3.24', '2026.4.15', '2026.4.29', '2026.5.2', '2026.5.18', '2026.6.11', '2026.7.1', '2026.8.1', NEWEST];
const ORDINARY = ['2026.2.19', '2026.4.29', NEWEST];
const more = VERSIONS.filter((version) => !ORDINARY.includes(version));
for (const version of more) story(version);
for (const version of ['2026.2.12', '2026.3.24', '2026.5.18', '2026.7.1', '2026.8.1']) tokens(version);
for (const version of VERSIONS) compared(version);
for (const version of ['2026.4.29', '2026.5.18', '2026.7.1', '2026.8.1']) surfaces(version);
for (const version of ['2026.4.15', '2026.4.29', '2026.5.2', '2026.5.18', '2026.6.11', '2026.7.1', '2026.8.1']) surfacesCompared(version);
controlUi('2026.2.19');
controlUi('2026.4.29', { button: 'Connect' });
