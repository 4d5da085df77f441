/** Situations: conditions that a search is to come into, since they are where protocols of this kind go wrong. */
import type { Moment, Scene } from './scene.ts';

/** Asked of every step of a run until it says that the situation came about in this one. */
export type Lookout = (moment: Moment) => boolean;

export interface Situation {
  /** What `check` and lists call it; stable. */
  readonly id: string;
  /** What happens, in one sentence. */
  readonly title: string;
  /** What it takes: an outsider, or one whose attacks are on bytes. @default nothing */
  readonly needs?: 'outsider' | 'bytes';
  /** Made anew for each run. */
  lookout(scene: Scene): Lookout;
}
