// Every order, and every one of OpenClaw's own commands: see orders.test.mjs.
process.env.ORDERS = 'all';
await import('./orders.test.mjs');
