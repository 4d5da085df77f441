/** The hub as the command line takes it: `psl-verify check --subject ./examples/careful-hub.ts`. */
import { hubHarness } from './hub-harness.ts';

export const harness = hubHarness({ careful: true });
