/** @module Interface openclaw:prepair/planner@0.1.0 **/
export function plan(request: Request, inputs: Inputs): Planned;
export function reads(request: Request, inputs: Inputs): Needs | undefined;
export type Error = import('./openclaw-prepair-types.js').Error;
export type Inputs = import('./openclaw-prepair-types.js').Inputs;
export type Needs = import('./openclaw-prepair-types.js').Needs;
export type Planned = import('./openclaw-prepair-types.js').Planned;
export type Request = import('./openclaw-prepair-types.js').Request;
export type Stop = import('./openclaw-prepair-types.js').Stop;
