/** Where a wrong value goes into a store, and by what rule it is wrong. */
import type { RecordReport } from '../../properties/reading.ts';
import type { Departure } from './departure.ts';
import type { ObservedRun } from './observe.ts';
import { term } from './terms.ts';
import { listed, recordId } from './words.ts';

/** A write of one key that a client has, by the record that it is in. */
interface Held {
  /** Index of the step in which the client wrote or delivered it. */
  readonly index: number;
  readonly id: string;
  readonly writer: string;
  readonly timestamp: number;
  readonly hash: string;
  readonly value: string;
}

/** A store that is not what its records give. */
export interface WrongValue {
  /** Index of the step in which the value went in, or stayed, that should not have. */
  readonly at: number;
  readonly departure: Departure;
  /** What the others show for the key, as sentences. */
  readonly elsewhere: string;
}

/** Reads what `convergence` says; undefined for a message that is about something else, or where no record tells. */
export function wrongValueOf(run: ObservedRun, message: string): WrongValue | undefined {
  const claim = claimOf(message);
  if (claim === undefined) return undefined;
  const { node, key, shown, expected } = claim;
  const held = heldBy(run, node, key);
  const right = held
    .filter(({ value }) => value === expected)
    .toSorted(byRank)
    .at(-1);
  const wrong = held
    .filter(({ value }) => value === shown)
    .toSorted(byRank)
    .at(-1);
  if (right === undefined || (wrong !== undefined && byRank(wrong, right) > 0)) return undefined;
  const isLate = wrong === undefined || wrong.index < right.index;
  const says = `${key} must ${isLate ? 'become' : 'stay'} ${JSON.stringify(right.value)}`;
  const why =
    wrong === undefined ? `${nameOf(right, key)} is the only write of it` : whyWins(right, wrong, key);
  const text = `Here the store of ${node} goes wrong: ${says}. ${why}.`;
  return {
    at: Math.max(right.index, wrong?.index ?? 0),
    departure: {
      missing: [],
      extra: [],
      sends: [],
      text,
      wholeText: text.replace('Here the', 'the'),
      isOfStore: true,
    },
    elsewhere: elsewhere(run, node, key),
  };
}

interface Claim {
  readonly node: string;
  readonly key: string;
  readonly shown: unknown;
  readonly expected: unknown;
}

function claimOf(message: string): Claim | undefined {
  const store = /^the store of (\S+) is not what its records give: (".*") is (.*), expected (.*)$/.exec(
    message,
  );
  const answer = /^(\S+) answered (.*) for (".*"); the records that it holds say (.*)$/.exec(message);
  const [, node, key, shown, expected] =
    store ?? (answer === null ? [] : [answer[0], answer[1], answer[3], answer[2], answer[4]]);
  if (node === undefined || key === undefined || shown === undefined || expected === undefined)
    return undefined;
  try {
    return {
      node,
      key: String(JSON.parse(key)),
      shown: JSON.parse(shown) as unknown,
      expected: JSON.parse(expected) as unknown,
    };
  } catch {
    return undefined;
  }
}

/** The writes of a key that a client wrote or delivered. */
function heldBy({ steps }: ObservedRun, client: string, key: string): readonly Held[] {
  return steps.flatMap(({ index, node, effects }) =>
    effects.flatMap((effect): readonly Held[] => {
      if (node !== client || effect.kind !== 'report') return [];
      const { report } = effect;
      if (report.type !== 'put' && report.type !== 'delivered') return [];
      const value = lastWrite(report, key);
      if (value === undefined) return [];
      const { capsule, timestamp = 0, hash = '' } = report;
      return [{ index, id: recordId(report), writer: capsule.split('/')[0] ?? '', timestamp, hash, value }];
    }),
  );
}

function lastWrite({ writes = [] }: RecordReport, key: string): string | undefined {
  return writes.findLast((write) => write.key === key)?.value;
}

/** The order of docs/protocol.md §2: what is greater wins. */
function byRank(a: Held, b: Held): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  if (a.writer !== b.writer) return a.writer > b.writer ? 1 : -1;
  return a.hash === b.hash ? 0 : a.hash > b.hash ? 1 : -1;
}

function whyWins(right: Held, wrong: Held, key: string): string {
  const [rule, why] =
    right.timestamp !== wrong.timestamp
      ? [
          `the one with the greater ${term('timestamp')}`,
          `${right.timestamp} is greater than ${wrong.timestamp}`,
        ]
      : right.writer !== wrong.writer
        ? [
            `the one with the greater ${term('timestamp')}, and of equal timestamps that of the writer whose name is greater`,
            `${right.writer} is greater than ${wrong.writer}`,
          ]
        : [
            `the one with the greater ${term('timestamp')}, and of equal timestamps of one writer that with the greater hash`,
            `${right.hash.slice(0, 8)}… is greater than ${wrong.hash.slice(0, 8)}…`,
          ];
  return `Of two writes of one key there wins ${rule}: ${nameOf(right, key)} over ${nameOf(wrong, key)}, for ${why}`;
}

function nameOf({ id, timestamp, value }: Held, key: string): string {
  return `${id} (${term('timestamp')} ${timestamp}, ${key} = ${JSON.stringify(value)})`;
}

/** What the other clients show for the key, in the end. */
function elsewhere({ steps }: ObservedRun, client: string, key: string): string {
  const stores = new Map<string, string>();
  for (const { node = '', effects } of steps)
    for (const effect of effects)
      if (effect.kind === 'report' && effect.report.type === 'store' && node !== client)
        stores.set(node, JSON.stringify(new Map(effect.report.entries).get(key) ?? null));
  const parts = Array.from(stores, ([node, value]) => `${node} shows ${value}`);
  return parts.length === 0 ? '' : ` ${listed(parts)}.`;
}
