/** @module Interface openclaw:prepair/identities@0.1.0 **/
export function create(): Identity;
export function derive(from: Derivation): Identity;
export function exported(target: Target, inputs: Inputs): Identity;
export function sign(privateKeyPem: string, payload: string): Signature;
export type Derivation = import('./openclaw-prepair-types.js').Derivation;
export type Error = import('./openclaw-prepair-types.js').Error;
export type Inputs = import('./openclaw-prepair-types.js').Inputs;
export type Stop = import('./openclaw-prepair-types.js').Stop;
export type Target = import('./openclaw-prepair-types.js').Target;
export interface Identity {
  deviceId: string,
  publicKey: string,
  privateKeyPem: string,
}
export interface Signature {
  signature: string,
  publicKey: string,
  deviceId: string,
}
