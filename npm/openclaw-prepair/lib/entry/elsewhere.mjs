// @ts-check
// The Node entry where there is no Node: everything refuses, and says what to use.
import errors from '../esm/core/errors.mjs';

const { PrepairError, refusal } = errors;

const refuse = () => {
  throw refusal('PLATFORM', 'This runtime has no file system.', {
    hint: 'Use openclaw-prepair/plan, or openclaw-prepair/sandbox for a remote one; in a Next.js route choose the nodejs runtime.',
  });
};

export const prePair = refuse;
export const clearPending = refuse;
export const patchConfig = refuse;
export const setup = refuse;
export const diagnose = refuse;
export const verify = async () => refuse();
export const exportIdentity = refuse;
export const newIdentity = refuse;
export const devices = Object.freeze(Object.fromEntries(['list', 'approve', 'reject', 'remove', 'revoke', 'rotate', 'rename', 'token'].map((name) => [name, refuse])));
export const binding = refuse;
export { PrepairError };
export default { prePair, clearPending, patchConfig, setup, diagnose, verify, exportIdentity, newIdentity, devices, binding, PrepairError };
