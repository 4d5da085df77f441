import { EPOCH_MUTANTS } from './epochs.ts';
import { eachIsFound } from './found.test-helper.ts';

eachIsFound(EPOCH_MUTANTS);
