/** The shortest schedules known by which each mutant breaks the property that it was made for. */

/** How long, and why no shorter one is known. */
export interface Shortest {
  readonly moves: number;
  readonly how: string;
}

/** By the mutant's id. */
export const SHORTEST: Readonly<Record<string, Shortest>> = {};
