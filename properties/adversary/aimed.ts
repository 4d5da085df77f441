/**
 * An insider that aims: it says (`say.ts`) what the checks of nodes are there for. Naks and Repairs that fit nobody, epochs out of time
 * or from the wrong side, lists out of order, joins and refusals of other lives. `check` does not draw these; searches that look for a
 * check that is missing do (`mutation/`).
 */
import type { Adversary, Attack } from '../../engine/index.ts';
import type { TreeScenario } from '../scenario.ts';
import type { Plan } from './aim.ts';
import { answer, epoch, forged, greeting, nak, nakDown, repair } from './aimed-links.ts';
import { echo, join, orphan, placement, reflected, refusal, suspect } from './aimed-membership.ts';
import { outsiderAdversary } from './outsider.ts';

/** What an insider may aim at. */
export type Aim = 'links' | 'ranges' | 'writers' | 'epochs' | 'answers' | 'membership' | 'edges';

/** Percent of the attacks that are aimed; the others are those of any insider. */
const AIMED_PERCENT = 85;

/** {@link outsiderAdversary}, but for an insider that aims at these. */
export function aiming(aims: readonly Aim[]): Adversary<Uint8Array, TreeScenario> {
  return {
    ...outsiderAdversary,
    propose(view, random, capabilities): Attack | undefined {
      if (!capabilities.includes('insider') || !random.chance(AIMED_PERCENT))
        return outsiderAdversary.propose(view, random, capabilities);
      return random.pick(PLANS[random.pick(aims)])(view, random);
    },
  };
}

const PLANS: Readonly<Record<Aim, readonly Plan[]>> = {
  links: [forged, greeting],
  ranges: [nak, repair],
  writers: [nakDown],
  epochs: [epoch],
  answers: [answer],
  membership: [reflected, join, refusal, suspect, placement],
  edges: [orphan, echo],
};
