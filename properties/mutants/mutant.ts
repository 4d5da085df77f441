import type { Capability } from '../../engine/index.ts';
import type { Cast } from '../subjects/reference.ts';

/** The reference with one thing wrong. */
export interface Mutant {
  /** Named for what it does. */
  readonly id: string;
  /** What is wrong, in a sentence. */
  readonly title: string;
  /** The properties that it is known to break; the first is the one that it was made for. */
  readonly breaks: readonly string[];
  /** Capabilities without which nothing is wrong, beside those that every search has. @default none */
  readonly needs?: readonly Capability[];
  readonly cast: Cast;
}
