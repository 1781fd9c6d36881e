// Both sides of what approvals and node commands became, beside real gateways.
import { compared, story, surfaces, tokens } from './devices.mjs';

const VERSIONS = ['2026.2.12', '2026.2.23', '2026.3.24', '2026.4.15', '2026.5.2', '2026.5.18', '2026.6.11', '2026.7.1', '2026.8.1'];
for (const version of VERSIONS) story(version);
for (const version of ['2026.3.24', '2026.5.18', '2026.7.1', '2026.8.1']) tokens(version);
for (const version of ['2026.2.23', '2026.3.24', '2026.4.15', '2026.4.29', '2026.5.2', '2026.5.18', '2026.6.11', '2026.7.1', '2026.8.1']) compared(version);
for (const version of ['2026.4.29', '2026.5.18', '2026.7.1', '2026.8.1']) surfaces(version);
