/** The same with clients that are not careful: something to find. */
import { hubHarness } from './hub-harness.ts';

export const harness = hubHarness({ careful: false });
