import { DOMAIN_MUTANTS } from './domains.ts';
import { eachIsFound } from './found.test-helper.ts';

eachIsFound(DOMAIN_MUTANTS);
