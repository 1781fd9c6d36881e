import * as prepair from './index.js';

export * from './index.js';
export default prepair;
