/**
 * The shortest schedules known by which each mutant breaks the property that it was made for. None is known to be shorter than needed:
 * found by shrinking finds of many seeds, by searching short schedules in small scopes, or made by hand. `psl-verify bench shortest` goes through all short
 * schedules of a few scopes: it shows no shorter one (docs/exhaust.md).
 */

/** How long, and why no shorter one is known. */
export interface Shortest {
  readonly moves: number;
  readonly how: string;
}

const NONE: Shortest = { moves: 0, how: 'nothing has to happen' };
/** With no move at all it holds. */
const ONE: Shortest = { moves: 1, how: 'without a move it holds' };

/** Not made shorter by shrinking finds of several seeds. */
const SHRUNK_TO_THREE: Shortest = { moves: 3, how: 'shrunk' };
const SHRUNK_TO_FOUR: Shortest = { moves: 4, how: 'shrunk' };

function needs(...what: readonly string[]): Shortest {
  return { moves: what.length, how: `by hand: ${what.join(', ')}` };
}

/** By the mutant's id. */
export const SHORTEST: Readonly<Record<string, Shortest>> = {
  'delivers-first-write-only': needs('a put', 'another'),
  'delivers-past-a-hole': needs('a put', 'a loss', 'a put'),
  'writes-on-in-its-old-capsule': needs('a put', 'a crash', 'a restart', 'a put'),
  'applies-before-verifying': needs('a forged record', 'a put'),
  'enters-enclave-after-restart': needs('a put', 'a crash', 'a restart'),
  'seals-nothing': ONE,
  'last-arrival-wins': needs('a put', 'another'),
  'ties-go-to-the-first': needs('a put', 'another'),
  'queues-without-bound': needs('puts', 'of which one', 'is too many'),
  'forwards-twice': ONE,
  'sends-back-to-sender': ONE,
  'forgets-one-child': ONE,
  'remembers-nothing-seen': needs('a put', 'a duplicate'),
  'takes-replayed-frames': ONE,
  'skips-link-macs': ONE,
  'parents-k-plus-one': NONE,
  'builds-a-list': NONE,
  'keeps-the-old-slot': ONE,
  'accepts-old-placement': ONE,
  'skips-signature': ONE,
  'lets-anybody-leave': ONE,
  'stops-at-a-forged-refusal': ONE,
  'ignores-silent-parent': needs('a partition', 'time'),
  'never-buries-the-dead': ONE,
  'joins-once': ONE,
  'places-once': ONE,
  'shares-incarnations': needs('a crash', 'a restart'),
  'suspects-too-early': NONE,
  'answers-old-probes': needs('an early suspicion', 'a duplicate'),
  'greets-without-end': NONE,
  'never-asks': needs('a put', 'a loss'),
  'ignores-repairs': needs('a put', 'a loss'),
  'opens-one-epoch-only': ONE,
  'waits-for-the-silent': needs('an early epoch', 'an early end of it'),
  'strands-whoever-waits': needs('a put', 'time', 'a loss', 'a leave', 'a put'),
  'keeps-syncs-to-itself': needs('a put', 'a loss'),
  'believes-any-evidence': SHRUNK_TO_THREE,
  'goes-on-beyond-the-fork': SHRUNK_TO_FOUR,
  'takes-forks-for-duplicates': needs('a put', 'another record in its place'),
  'keeps-evidence-to-itself': SHRUNK_TO_THREE,
  'answers-from-torn-logs': SHRUNK_TO_FOUR,
  'reminds-nobody': SHRUNK_TO_FOUR,
  'overlooks-torn-chains': SHRUNK_TO_FOUR,
  'never-doubts-its-parent': needs('a router that withholds', 'a put'),
  'returns-to-the-same-parent': needs('a router that withholds', 'a put'),
  'places-twice': NONE,
  'overlooks-the-second-placement': ONE,
  'frames-the-coordinator': NONE,
  'keeps-split-views-to-itself': ONE,
  'shows-nobody-its-place': needs('a neighbour in one placement', 'none in the other'),
  'accepts-revoked-keys': ONE,
  'forgets-the-cut': needs('a rotation', 'a put'),
  'asks-beyond-its-frontier': needs('a put', 'a record of another branch', 'one more'),
  'shuts-out-the-renewed': needs('an expulsion', 'time', 'new keys', 'a crash', 'a restart'),
  'seals-with-the-old-key': needs('a rotation', 'an epoch', 'a put'),
  'keeps-the-old-group-key': needs('a rotation', 'an epoch', 'a put'),
  'keeps-rotations-to-itself': ONE,
  'grants-to-the-expelled': ONE,
  'leaks-a-shard': ONE,
  'forgets-an-interest': NONE,
  'reads-on': needs('a put', 'a subscription'),
  'subscribes-once': needs('a subscription', 'a loss'),
  'ignores-domains': NONE,
  'lodges-strays': NONE,
  'crosses-twice': ONE,
  'writes-before-recovering': needs('an early timer', 'a put'),
};

/** How much longer a schedule is. One without moves is as short as can be; against it, each move counts as a whole. */
export function ratioOf(moves: number, shortest: number): number {
  return shortest === 0 ? 1 + moves : moves / shortest;
}
