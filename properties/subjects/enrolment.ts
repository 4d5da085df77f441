/** The enrolment authority of the laboratory: whose keys all nodes of all runs have. */
import { enrol, type Enrolment, type NodeKeys } from '../../impl/index.ts';
import { domainOf, roleOf } from '../../model/index.ts';
import type { TreeScenario } from '../scenario.ts';

/** What the laboratory's enrolment is made from. */
export const LABORATORY = 'psl-verify laboratory';

/** The laboratory's enrolment. Fixed, so that signatures of one run are remembered in the next. */
export const ENROLMENT = enrol(LABORATORY);

/** The keys of a node, in the domain where it sits if there are several. `generation`: how often they were renewed. */
export function keysIn(
  { parameters: { domains } }: Pick<TreeScenario, 'parameters'>,
  node: string,
  enrolment: Enrolment = ENROLMENT,
  generation = 0,
): NodeKeys {
  const domain = domains === 1 ? undefined : domainOf(node, domains);
  return enrolment.issue(node, roleOf(node), domain === '' ? undefined : domain, generation);
}
