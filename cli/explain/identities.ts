/** Messages by their numbers, as schedules name them. */
import type { Message } from '../../model/index.ts';
import { ordinal } from './words.ts';

/** A message by its identity, `c2>r1 data #2`. */
export interface Identity {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly number: number;
  /** Whether it was sent in reaction to an attack. */
  readonly isAnswer: boolean;
}

/** Reads an identity; undefined for a text that is none. */
export function identityOf(id: string): Identity | undefined {
  const found = /^([^>]+)>(\S+) (\S+) ([#~])(\d+)$/.exec(id);
  if (found === null) return undefined;
  const [, from = '', to = '', kind = '', sign, number] = found;
  return { from, to, kind, number: Number(number), isAnswer: sign === '~' };
}

/** `the 2nd data message from c2 to r1`. */
export function identityWords(id: string): string {
  const identity = identityOf(id);
  if (identity === undefined) return id;
  const { from, to, kind, number } = identity;
  return `the ${ordinal(number)} ${kind} message from ${from} to ${to}`;
}

/** What a message is called, and what it says where a run tells that. */
export interface Naming {
  words(id: string): string;
  message(id: string): Message | undefined;
}

/** By its number alone. */
export const BY_NUMBER: Naming = { words: identityWords, message: () => undefined };
