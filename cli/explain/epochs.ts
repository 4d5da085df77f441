/** What the epochs of a run found: whether anybody lacked anything that a frontier told of. */
import { roleOf, type RecordName } from '../../model/index.ts';
import type { Observed, ObservedRun } from './observe.ts';

/** Knows of each epoch of a run what it was about. */
export class EpochsSeen {
  /** Epochs that were closed, and at whose end no client that was up lacked a record of the frontier. */
  readonly #clean = new Set<number>();
  /** The epoch that was open or had been the last, by index of the step. */
  readonly #at: number[] = [];

  constructor({ steps }: ObservedRun) {
    const held = new Map<string, Map<string, number>>();
    let epoch = 0;
    for (const observed of steps) {
      const { seen, node = '', effects, up } = observed;
      if (seen.kind === 'reaction' && seen.reaction.input.kind === 'start') {
        // What an old storage still has does not matter: who has to ask for anything lacks it.
        const { kind } = seen.reaction.input.memory;
        if (kind !== 'durable' || !held.has(node)) held.set(node, new Map());
      }
      for (const effect of effects) {
        if (effect.kind !== 'report') continue;
        const { report } = effect;
        if (report.type === 'epoch-opened') epoch = report.epoch;
        if (report.type === 'put' || report.type === 'delivered') note(held, node, report);
        if (report.type === 'epoch-closed' && lackNothing(frontierOf(observed), held, up))
          this.#clean.add(report.epoch);
      }
      this.#at.push(epoch);
    }
  }

  /** Whether the epochs that these steps are of found nothing missing. */
  findNothing(steps: readonly Observed[]): boolean {
    return steps.every(({ index, situation: { tookIn } }) => {
      const isOfOne = tookIn?.type === 'rts' || tookIn?.type === 'eoe' || tookIn?.type === 'sync';
      return this.#clean.has(isOfOne ? tookIn.epoch : (this.#at[index] ?? 0));
    });
  }
}

type Held = Map<string, Map<string, number>>;

function note(held: Held, node: string, { capsule, seq }: RecordName): void {
  const own = held.get(node) ?? new Map<string, number>();
  own.set(capsule, Math.max(seq, own.get(capsule) ?? 0));
  held.set(node, own);
}

/** The frontier that goes out with the end of an epoch; empty where there is nobody to tell. */
function frontierOf({ effects }: Observed): readonly RecordName[] {
  for (const effect of effects)
    if (effect.kind === 'send' && effect.message.type === 'sync') return effect.message.frontier;
  return [];
}

function lackNothing(frontier: readonly RecordName[], held: Held, up: ReadonlySet<string>): boolean {
  return [...up].every(
    (node) =>
      roleOf(node) !== 'client' ||
      frontier.every(({ capsule, seq }) => (held.get(node)?.get(capsule) ?? 0) >= seq),
  );
}
