/** What was found on the prototype of 2021, sorted: distinct causes that follow from the same sentences of its description. */
import type { ViolationCause } from '../engine/index.ts';

/** A section of docs/prototype-2021.md. */
export interface Finding {
  /** As the page names it. */
  readonly id: string;
  /** Sentences of docs/prototype-2021-behaviour.md that it follows from. */
  readonly sentences: readonly string[];
  /** Property and kinds of the cause whose story is told. */
  readonly story: { readonly property: string; readonly kinds: readonly string[] };
  readonly has: (cause: ViolationCause) => boolean;
}

const takes = (cause: ViolationCause, ...kinds: readonly string[]): boolean =>
  kinds.some((kind) => cause.kinds.includes(kind));

/** In the order of the page. A cause belongs to the first that has it. */
export const FINDINGS: readonly Finding[] = [
  {
    id: 'endless-cull',
    sentences: ['B3', 'B4', 'M6'],
    story: { property: 'bounded-reaction', kinds: ['forged cull'] },
    has: ({ property }) => property === 'bounded-reaction',
  },
  {
    id: 'storm',
    sentences: ['D3', 'D6', 'H6'],
    story: { property: 'overload', kinds: [] },
    has: ({ property }) => property === 'overload',
  },
  {
    id: 'unchecked-records',
    sentences: ['R8', 'R9', 'R10', 'R11'],
    story: { property: 'authentic-delivery', kinds: ['forged record'] },
    has: (cause) =>
      takes(cause, 'forged record') ||
      (cause.property === 'rejection-is-inert' && !takes(cause, 'insider’s record')),
  },
  {
    id: 'separator',
    sentences: ['R2'],
    story: { property: 'authentic-delivery', kinds: [] },
    has: (cause) => cause.property === 'authentic-delivery' || cause.where.includes('its records'),
  },
  {
    id: 'ties',
    sentences: ['R13'],
    story: { property: 'convergence', kinds: [] },
    has: ({ property }) => property === 'convergence',
  },
  {
    id: 'any-parent',
    sentences: ['J5', 'M6'],
    story: { property: 'tree-shape', kinds: ['forged assign-parent'] },
    has: (cause) => takes(cause, 'forged assign-parent', 'replayed assign-parent'),
  },
  {
    id: 'any-join',
    sentences: ['J1', 'J2', 'J3', 'J4', 'M6'],
    story: { property: 'tree-shape', kinds: ['forged join'] },
    has: (cause) => takes(cause, 'forged join', 'replayed join', 'forged heartbeat', 'replayed heartbeat'),
  },
  {
    id: 'any-cull',
    sentences: ['B3', 'M6'],
    story: { property: 'reattachment', kinds: ['forged cull'] },
    has: (cause) => takes(cause, 'forged cull', 'replayed cull'),
  },
  {
    id: 'own-child',
    sentences: ['H4', 'H5', 'H6', 'J3'],
    story: { property: 'tree-shape', kinds: ['delay'] },
    has: (cause) =>
      ['tree-shape', 'reattachment', 'latency-bound'].includes(cause.property) &&
      !takes(cause, 'replayed record'),
  },
  {
    id: 'memory',
    sentences: ['D6', 'R11', 'R14'],
    story: { property: 'enclave-economy', kinds: ['duplicate'] },
    has: (cause) => takes(cause, 'duplicate', 'replayed record'),
  },
  {
    id: 'too-many',
    sentences: ['M1', 'J2', 'B1'],
    story: { property: 'k-plus-one', kinds: [] },
    has: ({ property }) => property === 'k-plus-one' || property === 'edge-once',
  },
  {
    id: 'silent-worker',
    sentences: ['E4'],
    story: { property: 'resync-completes', kinds: ['crash'] },
    has: ({ property, where }) => property === 'resync-completes' && where.includes('does not close'),
  },
  {
    id: 'nothing-comes-again',
    sentences: ['D1', 'E5', 'H6', 'R11'],
    story: { property: 'delivery-to-every-subscriber', kinds: ['loss'] },
    has: ({ property }) =>
      [
        'delivery-to-every-subscriber',
        'chain-integrity',
        'resync-completes',
        'non-interference',
        'enclave-economy',
      ].includes(property),
  },
];

/** The section that a cause belongs to; undefined if none has it. */
export function findingOf(cause: ViolationCause): Finding | undefined {
  return FINDINGS.find(({ has }) => has(cause));
}
