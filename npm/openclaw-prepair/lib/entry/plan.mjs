// Where there is no Node: the way to the wasm is the runtime's, by "imports" of package.json.
// @ts-check
// Written by tests/packaging/entries.mjs.
import { init, load } from '#wasm';
import pure from '../esm/core/plan.mjs';

export const { reads, plan, newIdentity, sign, PrepairError } = pure.entry(load);
export { init };
