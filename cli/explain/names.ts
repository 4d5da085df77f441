/** The name of a record, or of a capsule, explained with one that occurs in the story. */
import type { Telling } from './story.ts';
import { bare, term } from './terms.ts';
import { ordinal } from './words.ts';

/** A record `c1/2/k2/s0#1`, or its capsule alone: writer, incarnation, key epoch, shard, number. */
const NAME = /\b([rc]\d+)\/(\d+)(?:\/k(\d+))?(?:\/s(\d+))?(?:#(\d+))?/g;

/** `c1/2#1 is the 1st record …`, with its full stop; undefined where no record is named. */
export function recordExample({ beats, departures, violation }: Telling): string | undefined {
  const texts = [
    ...beats.flatMap((beat) => (beat.kind === 'told' ? [beat.text] : [])),
    ...Array.from(departures.values(), ({ text }) => text),
    violation?.message ?? '',
  ];
  const found = texts.flatMap((text) => [...bare(text).matchAll(NAME)]);
  // The one that shows most of what the parts are: none of the numbers 1, if there is such a record.
  const best = found.toSorted((a, b) => tellingness(b) - tellingness(a))[0];
  if (best === undefined) return undefined;
  const [id, writer = '', incarnation, keyEpoch, shard, seq] = best;
  const parts = [
    ...(keyEpoch === undefined ? [] : [`in ${term('key epoch')} ${keyEpoch} (/k${keyEpoch})`]),
    ...(shard === undefined ? [] : [`for ${term('shard')} ${shard} (/s${shard})`]),
  ];
  const capsule = `the ${term('capsule')} that ${writer} began in ${term('incarnation')} ${incarnation}${parts.map((part) => `, ${part}`).join('')}`;
  return seq === undefined
    ? `${id} is ${capsule}.`
    : `${id} is the ${ordinal(Number(seq))} ${term('record')} in ${capsule}.`;
}

/** How much a name shows: of a record, then all its parts, then numbers that are not 1. */
function tellingness([, , incarnation, keyEpoch, shard, seq]: RegExpExecArray): number {
  const isSet = (part: string | undefined): number => (part === undefined ? 0 : 1);
  return (
    16 * isSet(seq) +
    8 * isSet(keyEpoch) +
    4 * isSet(shard) +
    (incarnation === '1' ? 0 : 2) +
    (seq === '1' ? 0 : 1)
  );
}
