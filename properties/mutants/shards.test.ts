import { namedScenario } from '../scenario.ts';
import { eachIsFound } from './found.test-helper.ts';
import { SHARD_MUTANTS } from './shards.ts';

// One run in nine has shards: enough to find them, and too few to find them soon.
eachIsFound(SHARD_MUTANTS, namedScenario('sharded'));
