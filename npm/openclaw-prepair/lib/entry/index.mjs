// @ts-check
import prepair from './index.js';

export const { prePair, clearPending, patchConfig, setup, diagnose, verify, exportIdentity, newIdentity, devices, binding, PrepairError } = prepair;
export default prepair;
