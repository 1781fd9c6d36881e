import { init, load } from './edge-light.mjs';
import pure from './esm/plan.mjs';

export const { reads, plan, newIdentity, sign, PrepairError } = pure.entry(load);
export { init };
