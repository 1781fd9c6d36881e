// The commit killed at many moments: see bad-input.test.mjs.
process.env.PREPAIR_KILLS = '1';
await import('./bad-input.test.mjs');
