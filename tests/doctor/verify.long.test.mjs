import { closedThenOpen } from './gateways.mjs';

closedThenOpen('2026.5.7');
