import { eachIsFound } from './found.test-helper.ts';
import { SHARD_MUTANTS } from './shards.ts';

eachIsFound(SHARD_MUTANTS);
