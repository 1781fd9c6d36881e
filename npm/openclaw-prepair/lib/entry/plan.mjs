// @ts-check
// Where there is no Node: the way to the wasm is the runtime's, by "imports" of package.json.
import { init, load } from '#wasm';
import pure from '../esm/core/plan.mjs';

export const { reads, plan, newIdentity, sign, PrepairError } = pure.entry(load);
export { init };
