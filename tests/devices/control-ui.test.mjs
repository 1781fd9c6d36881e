import { NEWEST } from '../lib/versions.mjs';
import { controlUi } from './control-ui.mjs';

controlUi(NEWEST);
