// Next.js with its own bundler; with webpack in next.long.test.mjs.
import { test } from 'node:test';
import { bothRoutes } from './next.mjs';

test('a nodejs route and an edge route, by Turbopack', (t) => bothRoutes(t, []));
