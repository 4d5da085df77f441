/** All situations, in the order of lists and tables. */
import { ATTACK_SITUATIONS } from './attacks.ts';
import { DELIVERY_SITUATIONS } from './delivery.ts';
import { DOUBT_SITUATIONS } from './doubts.ts';
import { EPOCH_SITUATIONS } from './epochs.ts';
import { REPAIR_SITUATIONS } from './repairs.ts';
import { SHARD_SITUATIONS } from './shards.ts';
import type { Situation } from './situation.ts';
import { TREE_SITUATIONS } from './tree.ts';

export const SITUATIONS: readonly Situation[] = [
  ...TREE_SITUATIONS,
  ...EPOCH_SITUATIONS,
  ...REPAIR_SITUATIONS,
  ...DOUBT_SITUATIONS,
  ...DELIVERY_SITUATIONS,
  ...SHARD_SITUATIONS,
  ...ATTACK_SITUATIONS,
];
