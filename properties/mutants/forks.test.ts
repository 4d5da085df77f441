import { FORK_MUTANTS } from './forks.ts';
import { eachIsFound } from './found.test-helper.ts';

eachIsFound(FORK_MUTANTS);
