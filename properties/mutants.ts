/** The mutants: the reference with one thing wrong, each. Every property is shown able to fail by at least one. */
import { DATA_MUTANTS } from './mutants/data.ts';
import { DOMAIN_MUTANTS } from './mutants/domains.ts';
import { DOUBT_MUTANTS } from './mutants/doubts.ts';
import { EPOCH_MUTANTS } from './mutants/epochs.ts';
import { FORK_MUTANTS } from './mutants/forks.ts';
import { KEY_MUTANTS } from './mutants/keys.ts';
import { MEMBERSHIP_MUTANTS } from './mutants/membership.ts';
import type { Mutant } from './mutants/mutant.ts';
import { SPLIT_VIEW_MUTANTS } from './mutants/split-views.ts';
import { SHARD_MUTANTS } from './mutants/shards.ts';

export const MUTANTS: readonly Mutant[] = [
  ...DATA_MUTANTS,
  ...MEMBERSHIP_MUTANTS,
  ...EPOCH_MUTANTS,
  ...FORK_MUTANTS,
  ...DOUBT_MUTANTS,
  ...SPLIT_VIEW_MUTANTS,
  ...KEY_MUTANTS,
  ...SHARD_MUTANTS,
  ...DOMAIN_MUTANTS,
];

/** The mutant with this id, without the prefix `mutant:`. */
export function findMutant(id: string): Mutant | undefined {
  return MUTANTS.find((mutant) => mutant.id === id);
}

export type { Mutant };
