import { test } from 'node:test';
import { onNode24 } from '../lib/node24.mjs';
import { compared } from './wal.mjs';

onNode24(import.meta.url, () => {
  test('1,000 random databases with their logs: our merge against node:sqlite', (t) => compared(t, 1000));
});
