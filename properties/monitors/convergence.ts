/** Equal records give equal stores, and clients read what they hold. */
import type { Violation } from '../../engine/index.ts';
import type { NodeName } from '../../model/index.ts';
import type { RecordReport, SeenReaction, Write } from '../reading.ts';
import { Judge } from './judge.ts';
import { recordId, writerOf } from './tracking.ts';

interface Stamp {
  readonly timestamp: number;
  readonly writer: string;
  readonly hash: string;
}

/** Whether `a` wins over `b`: the total order of the last-writer-wins store. */
function wins(a: Stamp, b: Stamp): boolean {
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  if (a.writer !== b.writer) return a.writer > b.writer;
  return a.hash > b.hash;
}

/** The store that a set of records gives, whatever their order. */
export function storeOf(records: readonly RecordReport[]): ReadonlyMap<string, string> {
  const store = new Map<string, { readonly value: string; readonly stamp: Stamp }>();
  for (const { capsule, timestamp, hash, writes } of records) {
    const stamp: Stamp = { timestamp: timestamp ?? 0, writer: writerOf(capsule), hash: hash ?? '' };
    const last = new Map((writes ?? []).map(({ key, value }) => [key, value]));
    for (const [key, value] of last) {
      const present = store.get(key);
      if (present === undefined || wins(stamp, present.stamp)) store.set(key, { value, stamp });
    }
  }
  return new Map([...store].map(([key, { value }]) => [key, value]));
}

/**
 * `convergence`: live honest clients that delivered equal sets of records hold equal stores. Judged by recomputing, for each
 * client, the store that its records give: every answer to a GET (its own queued puts first: a client reads its own
 * writes) and every final store must be that.
 */
export class Convergence extends Judge {
  readonly #records = new Map<string, RecordReport>();
  /** Puts that a client has queued and not yet written, oldest first. */
  readonly #queued = new Map<NodeName, Write[]>();

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const { node, input, reports } = reaction;
    if (input.kind === 'start') this.#queued.delete(node);
    const command = input.kind === 'command' ? input.command : undefined;
    for (const report of reports) {
      switch (report.type) {
        case 'put':
          this.#records.set(recordId(report), report);
          if (command?.type !== 'put') this.#queued.delete(node);
          break;
        case 'refused':
          if (command?.type !== 'put') this.#queued.delete(node);
          break;
        case 'queued':
          if (command?.type === 'put') this.#queue(node, command);
          break;
        case 'answered': {
          this.exercised += 1;
          const queued = this.#queued.get(node)?.findLast(({ key }) => key === report.key)?.value;
          const expected = queued ?? this.#storeOf(node).get(report.key) ?? null;
          if (report.value !== expected)
            return this.violated(
              reaction,
              `${node} answered ${JSON.stringify(report.value)} for ${JSON.stringify(report.key)}; the records that it holds say ${JSON.stringify(expected)}`,
            );
          break;
        }
        case 'store': {
          this.exercised += 1;
          const fault = difference(new Map(report.entries), this.#storeOf(node));
          if (fault !== undefined)
            return this.violated(reaction, `the store of ${node} is not what its records give: ${fault}`);
          break;
        }
        default:
          break;
      }
    }
    return undefined;
  }

  #queue(node: NodeName, write: Write): void {
    const queue = this.#queued.get(node) ?? [];
    queue.push({ key: write.key, value: write.value });
    this.#queued.set(node, queue);
  }

  /** Records are looked up by name: what a client delivered is what was put, or `authentic-delivery` has failed. */
  #storeOf(node: NodeName): ReadonlyMap<string, string> {
    return storeOf(
      this.watch.holdings
        .records(node)
        .map((record) => this.#records.get(recordId(record)))
        .filter((record) => record !== undefined),
    );
  }
}

/** The first entry in which two stores differ, in words. */
export function difference(
  got: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): string | undefined {
  for (const key of new Set([...expected.keys(), ...got.keys()])) {
    if (got.get(key) !== expected.get(key))
      return `${JSON.stringify(key)} is ${JSON.stringify(got.get(key) ?? null)}, expected ${JSON.stringify(expected.get(key) ?? null)}`;
  }
  return undefined;
}
