/** The name of a record, explained with one that occurs in the story. */
import type { Telling } from './story.ts';
import { bare, term } from './terms.ts';
import { ordinal } from './words.ts';

/** `c1/2#1 is the 1st record …`, with its full stop; undefined where no record is named. */
export function recordExample({ beats, departures, violation }: Telling): string | undefined {
  const texts = [
    ...beats.flatMap((beat) => (beat.kind === 'told' ? [beat.text] : [])),
    ...Array.from(departures.values(), ({ text }) => text),
    violation?.message ?? '',
  ];
  const found = texts.flatMap((text) => [...bare(text).matchAll(/\b([rc]\d+)\/(\d+)#(\d+)/g)]);
  // The one that shows most of what the numbers are: none of them 1, if there is such a record.
  const best = found.toSorted((a, b) => tellingness(b) - tellingness(a))[0];
  if (best === undefined) return undefined;
  const [id, writer = '', incarnation, seq] = best;
  return `${id} is the ${ordinal(Number(seq))} ${term('record')} in the ${term('capsule')} that ${writer} began in ${term('incarnation')} ${incarnation}.`;
}

function tellingness([, , incarnation, seq]: RegExpExecArray): number {
  return (incarnation === '1' ? 0 : 2) + (seq === '1' ? 0 : 1);
}
