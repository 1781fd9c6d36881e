import errors from './esm/errors.mjs';

/** What only Node has. */
export const localDir = () => {
  throw errors.refusal('PLATFORM', 'This runtime has no file system.', { hint: 'localDir is for Node; wrap a remote sandbox instead.' });
};
