// world root:component/root
export type * as OpenclawPrepairTypes010 from './interfaces/openclaw-prepair-types.js'; // import openclaw:prepair/types@0.1.0
export type * as WasiRandomRandom020 from './interfaces/wasi-random-random.js'; // import wasi:random/random@0.2.0
export * as planner from './interfaces/openclaw-prepair-planner.js'; // export openclaw:prepair/planner@0.1.0
export * as identities from './interfaces/openclaw-prepair-identities.js'; // export openclaw:prepair/identities@0.1.0
