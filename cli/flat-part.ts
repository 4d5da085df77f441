/** What searches find on the flat protocol, for docs/prototype-2021.md: a row per cause, and the sentences that it follows from. */
import { causeText, type ViolationCause } from '../engine/index.ts';
import { markdownTable } from './markdown.ts';
import { medianSchedules, type Filed, type Searches } from './prototype-searches.ts';

/** What causes on the flat protocol follow from, by sentences of docs/prototype-2021-behaviour.md. A cause belongs to the first that has it. */
const FLAT_SENTENCES: readonly {
  readonly sentences: readonly string[];
  readonly has: (cause: ViolationCause) => boolean;
}[] = [
  {
    sentences: ['R2'],
    has: ({ kinds, property }) => kinds.length === 0 && property === 'authentic-delivery',
  },
  { sentences: ['R2'], has: ({ where }) => where.includes('its records') },
  { sentences: ['R8', 'R9'], has: ({ property }) => property === 'rejection-is-inert' },
  {
    sentences: ['F2'],
    has: ({ kinds, property }) =>
      kinds.length === 0 &&
      ['chain-integrity', 'edge-once', 'enclave-economy', 'k-plus-one'].includes(property),
  },
  { sentences: ['R13'], has: ({ property }) => property === 'convergence' },
  { sentences: ['R3', 'R6', 'R7'], has: takes('insider’s record') },
  {
    sentences: ['R8', 'R9', 'R10', 'R11'],
    has: ({ property, kinds }) =>
      ['authentic-delivery', 'chain-integrity', 'non-interference'].includes(property) &&
      kinds.includes('forged record'),
  },
  { sentences: ['F1', 'F2', 'M6'], has: takes('forged join', 'replayed join') },
  { sentences: ['F2', 'D6', 'M6'], has: takes('forged record', 'replayed record') },
  { sentences: ['E4', 'F3'], has: ({ where }) => where.includes('does not close') },
  {
    sentences: ['F3', 'M3'],
    has: ({ property }) => ['reattachment', 'tree-shape'].includes(property),
  },
  {
    sentences: ['D6', 'F2'],
    has: ({ property }) =>
      ['edge-once', 'k-plus-one', 'enclave-economy', 'latency-bound', 'overload'].includes(property),
  },
  { sentences: ['D6', 'R11'], has: ({ where }) => where.endsWith('again') },
  {
    sentences: ['E5', 'F3', 'R11'],
    has: ({ property }) =>
      ['chain-integrity', 'delivery-to-every-subscriber', 'resync-completes'].includes(property),
  },
];

function takes(...kinds: readonly string[]) {
  return (cause: ViolationCause): boolean => kinds.some((kind) => cause.kinds.includes(kind));
}

/** The sentences that a cause on the flat protocol follows from; none if it is of no kind that is known. */
export function flatSentencesOf(cause: ViolationCause): readonly string[] {
  return FLAT_SENTENCES.find(({ has }) => has(cause))?.sentences ?? [];
}

/** The table: causes that have a counterexample of their own, and those that are the prototype's, too. */
export function flatPart(
  filed: readonly Filed[],
  prototype: readonly ViolationCause[],
  { runs, seeds, causes }: Searches,
): string {
  const files = new Map(filed.map((one) => [causeText(one.cause), one]));
  const known = new Set(prototype.map(causeText));
  // A counterexample that no search of these met is one all the same.
  const met = new Set(causes.map(causeText));
  const unmet = filed
    .filter((one) => !met.has(causeText(one.cause)))
    .map(({ cause }) => ({ ...cause, found: [] }));
  const rows = [...causes, ...unmet]
    .toSorted((a, b) => (causeText(a) < causeText(b) ? -1 : 1))
    .map(({ found, ...cause }) => {
      const own = files.get(causeText(cause));
      const name = `\`${cause.property}\``;
      return [
        own === undefined ? name : `[${name}](../counterexamples/${own.file})`,
        cause.where,
        cause.kinds.length === 0 ? 'no fault' : cause.kinds.join(' + '),
        flatSentencesOf(cause).join(', '),
        own === undefined
          ? known.has(causeText(cause))
            ? 'as above'
            : ''
          : String(own.counterexample.moves.length),
        medianSchedules(found),
        found.length === 0 ? '' : `${found.filter((index) => index !== null).length} of ${found.length}`,
      ];
    });
  const table = markdownTable(
    ['property', 'where it breaks', 'what it takes', 'follows from', 'moves', 'schedules', 'seeds'],
    rows,
  );
  const everywhere = causes.filter(({ found }) => found.every((index) => index !== null)).length;
  if (seeds.length === 0) return table;
  return `${runs} schedules of each search, seeds ${seeds.join(', ')}: ${causes.length} causes, ${everywhere} of them found from all. Those with a link are not among the prototype’s.\n\n${table}`;
}
