import { test } from 'node:test';
import { bothRoutes } from './next.mjs';

test('a nodejs route and an edge route, by webpack', (t) => bothRoutes(t, ['--webpack']));
