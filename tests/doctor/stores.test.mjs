import { ownAndForeign } from './stores.mjs';

ownAndForeign('2026.2.19');
ownAndForeign('2026.9.6');
