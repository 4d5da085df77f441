import { MEMBERSHIP_MUTANTS } from './membership.ts';
import { eachIsFound } from './found.test-helper.ts';

eachIsFound(MEMBERSHIP_MUTANTS);
