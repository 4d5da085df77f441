import { DATA_MUTANTS } from './data.ts';
import { eachIsFound } from './found.test-helper.ts';

eachIsFound(DATA_MUTANTS);
