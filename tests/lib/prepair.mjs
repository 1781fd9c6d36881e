// The package under test, as a user requires it from the repository's root.
import { createRequire } from 'node:module';

export const prepair = createRequire(import.meta.url)('../../npm/openclaw-prepair');
