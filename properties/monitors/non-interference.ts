/** `non-interference`: take the outsider's moves out of a schedule, and the stores at the end are the same. */
import { takenOverBy } from '../../engine/index.ts';
import type { Pairs, Property, Reaction, Run, Schedule, Violation } from '../../engine/index.ts';
import type { Command, Report } from '../reading.ts';
import type { TreeScenario } from '../scenario.ts';
import { difference } from './convergence.ts';

/** The property where no pairs are executed, so that the table says why. */
export function interferenceNotApplicable<Frame>(
  reason: string,
): Property<Frame, Command, Report, TreeScenario> {
  return { ...NON_INTERFERENCE, monitor: () => ({ notApplicable: reason }) };
}

type AnyRun<Frame> = Run<Frame, Command, Report, TreeScenario>;
type AnyReaction<Frame> = Reaction<Frame, Command, Report>;

/** A campaign executes a pair for every so many runs. */
const PAIR_EVERY = 8;

export const NON_INTERFERENCE = {
  id: 'non-interference',
  kind: 'liveness',
  statement:
    'Take the outsider’s moves out of a schedule: the stores at the end are the same. (Two executions, compared.)',
  source: 'poster, security',
} as const;

/**
 * The pair of executions. An outsider who hands a node a copy of a genuine message that it has not had yet does what
 * the network may do by itself (duplicate, deliver out of order), an insider that misuses its keys says what nobody can
 * refuse, and what a router withholds is not the outsider's: those moves stay in both runs; all other attacks are taken out of the
 * second.
 *
 * @param premise which attacks are to be in a run that is worth a second one: such as were rejected, or, where an outsider is believed
 * most of what it says, any that are taken out
 */
export function nonInterference<Frame>(
  premise: 'rejected' | 'taken-out' = 'rejected',
): Pairs<Frame, Command, Report, TreeScenario> {
  return {
    property: NON_INTERFERENCE.id,
    every: PAIR_EVERY,
    exercised: (run) => {
      const all = attacks(run);
      // What is said with a node's own keys is nobody's to take out: of such a run there is no pair.
      if (all.some(({ isKeyed }) => isKeyed)) return 0;
      return all.filter(({ rejected, replay }) => rejected || (premise === 'taken-out' && !replay)).length;
    },
    without(schedule: Schedule<Command>, run) {
      const accepted = new Set(
        attacks(run)
          .filter(({ rejected, replay }) => !rejected && replay)
          .map(({ move }) => move),
      );
      return schedule.filter(
        (move, index) =>
          move.move !== 'attack' || accepted.has(index) || takenOverBy(move.attack) !== undefined,
      );
    },
    compare(run, runWithout): Violation | undefined {
      const stores = finalStores(run);
      const others = finalStores(runWithout);
      for (const node of new Set([...stores.keys(), ...others.keys()])) {
        const [with_, without] = [stores.get(node), others.get(node)];
        const fault =
          with_ === undefined || without === undefined
            ? `it tells of one only ${with_ === undefined ? 'without' : 'with'} them`
            : difference(with_.store, without.store);
        if (fault !== undefined)
          return {
            property: NON_INTERFERENCE.id,
            message: `with the outsider’s moves the store of ${node} ends otherwise than without them: ${fault}`,
            step: with_?.step ?? run.steps - 1,
            node,
            verdict: 'violated',
          };
      }
      return undefined;
    },
  };
}

function attacks<Frame>(run: AnyRun<Frame>) {
  const found: {
    readonly move: number;
    readonly rejected: boolean;
    readonly replay: boolean;
    readonly isKeyed: boolean;
  }[] = [];
  for (const step of run.trace ?? []) {
    if (step.kind !== 'reaction' || step.attack === undefined || step.cause.kind !== 'move') continue;
    found.push({
      move: step.cause.index,
      rejected: step.outputs.some(({ kind }) => kind === 'reject'),
      replay: ['replay', 'misuse', 'say'].includes(step.attack.kind),
      isKeyed: takenOverBy(step.attack) !== undefined,
    });
  }
  return found;
}

/** The store of each client at the end of a run whose trace was kept. */
export function finalStores<Frame>(run: AnyRun<Frame>) {
  const stores = new Map<string, { readonly step: number; readonly store: ReadonlyMap<string, string> }>();
  for (const step of run.trace ?? []) {
    if (step.kind !== 'reaction') continue;
    const store = storeIn(step);
    if (store !== undefined) stores.set(step.node, { step: step.index, store });
  }
  return stores;
}

function storeIn<Frame>(step: AnyReaction<Frame>): ReadonlyMap<string, string> | undefined {
  for (const output of step.outputs) {
    if (output.kind === 'report' && output.report.type === 'store') return new Map(output.report.entries);
  }
  return undefined;
}
