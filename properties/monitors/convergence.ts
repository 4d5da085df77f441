/** Equal records give equal stores, and clients read what they hold. */
import type { Violation } from '../../engine/index.ts';
import { shardOf, type Capsule, type NodeName } from '../../model/index.ts';
import type { RecordReport, SeenReaction, Write } from '../reading.ts';
import { shardOfKey } from '../shards.ts';
import { Judge } from './judge.ts';
import { recordId, writerOf } from './tracking.ts';

interface Stamp {
  readonly timestamp: number;
  readonly writer: string;
  readonly hash: string;
}

/** A record's name, and which of those with that name it is. */
function nameOf(
  record: Pick<RecordReport, 'capsule' | 'seq'> & { readonly hash?: string | undefined },
): string {
  return `${recordId(record)} ${record.hash ?? ''}`;
}

/** Whether `a` wins over `b`: the total order of the last-writer-wins store. */
function wins(a: Stamp, b: Stamp): boolean {
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  if (a.writer !== b.writer) return a.writer > b.writer;
  return a.hash > b.hash;
}

function sameWrites(a: readonly Write[], b: readonly Write[]): boolean {
  return (
    a.length === b.length && a.every(({ key, value }, at) => key === b[at]?.key && value === b[at]?.value)
  );
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
 * writes) and every final store must be that. And the records that a client writes must have in them what it was asked to put.
 */
export class Convergence extends Judge {
  readonly #records = new Map<string, RecordReport>();
  /** Puts that a client has queued and not yet written, oldest first. */
  readonly #queued = new Map<NodeName, Write[]>();
  /** Where ties are open: the store that the first client with these records told. */
  readonly #stores = new Map<
    string,
    { readonly node: NodeName; readonly store: ReadonlyMap<string, string> }
  >();

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const { node, input, reports } = reaction;
    if (input.kind === 'start') this.#queued.delete(node);
    const command = input.kind === 'command' ? input.command : undefined;
    for (const report of reports) {
      switch (report.type) {
        case 'put': {
          const asked = command?.type === 'put' ? [command] : this.#queuedFor(node, report.capsule);
          if (report.writes !== undefined && !sameWrites(report.writes, asked))
            return this.violated(
              reaction,
              `${node} wrote ${recordId(report)}, in which there is something else than what it was asked to put`,
              { wrote: report.writes, asked: asked.map(({ key, value }) => ({ key, value })) },
            );
          this.#records.set(nameOf(report), report);
          break;
        }
        case 'delivered':
          // What nobody put breaks another property; here it counts for what it was delivered as.
          if (!this.#records.has(nameOf(report))) this.#records.set(nameOf(report), report);
          break;
        case 'queued':
          if (command?.type === 'put') this.#queue(node, command);
          break;
        case 'answered': {
          this.exercised += 1;
          const queued = this.#queued.get(node)?.findLast(({ key }) => key === report.key)?.value;
          const expected = queued ?? this.#storeOf(node).get(report.key) ?? null;
          if (report.value !== expected && !this.#isTie(node, report.key, report.value))
            return this.violated(
              reaction,
              `${node} answered ${JSON.stringify(report.value)} for ${JSON.stringify(report.key)}; the records that it holds say ${JSON.stringify(expected)}`,
            );
          break;
        }
        case 'store': {
          this.exercised += 1;
          const store = new Map(report.entries);
          const fault = difference(this.#withTies(node, store), this.#storeOf(node));
          if (fault !== undefined)
            return this.violated(reaction, `the store of ${node} is not what its records give: ${fault}`);
          const other = this.#compare(node, store);
          if (other !== undefined) return this.violated(reaction, other);
          break;
        }
        default:
          break;
      }
    }
    // What waited is written all at once, a record for each shard, or refused.
    const isWritten = reports.some(({ type }) => type === 'put' || type === 'refused');
    if (isWritten && command?.type !== 'put') this.#queued.delete(node);
    return undefined;
  }

  /** The puts that wait for one record. */
  #queuedFor(node: NodeName, capsule: Capsule): readonly Write[] {
    const { shards } = this.watch.scenario.parameters;
    const queued = this.#queued.get(node) ?? [];
    return queued.filter(({ key }) => shardOfKey(key, shards) === shardOf(capsule));
  }

  /** Whether a value is one of those that were written with the greatest timestamp, where it is open which of them wins. */
  #isTie(node: NodeName, key: string, value: string | null | undefined): boolean {
    if (this.watch.facts.ties !== 'open') return false;
    const writes = this.#recordsOf(node).flatMap(({ timestamp = 0, writes: all = [] }) =>
      all.filter((write) => write.key === key).map((write) => ({ timestamp, value: write.value })),
    );
    const greatest = Math.max(...writes.map(({ timestamp }) => timestamp));
    return writes.some((write) => write.timestamp === greatest && write.value === value);
  }

  /** A store in which each value that may have won a tie is the one that wins by the kit's order. */
  #withTies(node: NodeName, store: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    if (this.watch.facts.ties !== 'open') return store;
    const expected = this.#storeOf(node);
    return new Map(
      [...store].map(([key, value]) => [
        key,
        this.#isTie(node, key, value) ? (expected.get(key) ?? value) : value,
      ]),
    );
  }

  /** Where ties are open: how the store differs from that of another client that holds the same records. */
  #compare(node: NodeName, store: ReadonlyMap<string, string>): string | undefined {
    if (this.watch.facts.ties !== 'open') return undefined;
    const held = [...new Set(this.watch.holdings.records(node).map(recordId))].toSorted().join(' ');
    const other = this.#stores.get(held);
    if (other === undefined) {
      this.#stores.set(held, { node, store });
      return undefined;
    }
    const fault = difference(store, other.store);
    return fault && `${node} and ${other.node} hold the same records and their stores differ: ${fault}`;
  }

  #queue(node: NodeName, write: Write): void {
    const queue = this.#queued.get(node) ?? [];
    queue.push({ key: write.key, value: write.value });
    this.#queued.set(node, queue);
  }

  /** Records are looked up by name and hash: what a client delivered is what was put, if that was put at all. */
  #recordsOf(node: NodeName): readonly RecordReport[] {
    return this.watch.holdings
      .records(node)
      .map((record) => this.#records.get(nameOf(record)))
      .filter((record) => record !== undefined);
  }

  #storeOf(node: NodeName): ReadonlyMap<string, string> {
    return storeOf(this.#recordsOf(node));
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
