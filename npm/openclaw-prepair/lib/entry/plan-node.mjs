// @ts-check
import pure from './plan-node.js';

export const { init, reads, plan, newIdentity, sign, PrepairError } = pure;
