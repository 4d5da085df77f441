/** What must hold and who attacks: monitors, adversary, scenarios, workloads, subjects and mutants. */
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export { CAPABILITIES } from './capabilities.ts';
export { multicastCost, routersFor, type MulticastCost } from './cost.ts';
export { type CheckConfig } from './campaign-harness.ts';
export { JUSTIFIED } from './coverage/justified.ts';
export type { Situation } from './coverage/situation.ts';
export { SITUATIONS } from './coverage/situations.ts';
export { DEFAULT_RUNS, DEFAULT_SEED } from './defaults.ts';
export {
  harnessFor,
  harnessOf,
  MUTANT_PREFIX,
  ON_REQUEST,
  scenarioFor,
  SUBJECTS,
  treeHarness,
  type HarnessOptions,
  type TreeHarness,
} from './harness.ts';
export { convicts, type Conviction } from './evidence.ts';
export { InputError } from './input-error.ts';
export { isSubjectPath, loadSubject, ownIdOf, subjectPathOf } from './own-subject.ts';
export { bind, Judge, type Definition, type SubjectFacts, type Watch } from './monitors/judge.ts';
export { MUTANTS, type Mutant } from './mutants.ts';
export { SHORTEST, type Shortest } from './mutants/shortest.ts';
export { DEFINITIONS, PROPERTIES } from './properties.ts';
export { FLAT_SCOPE, PROTOTYPE_SCOPE, type Scope } from './prototype/scope.ts';
export type { Command, Reader, Reading, RecordReport, Report, Seen, SeenReaction, Write } from './reading.ts';
export { canonicalText } from './canonical.ts';
export {
  drawScenario,
  drawSize,
  MAX_NODES,
  namedScenario,
  NAMED_SCENARIOS,
  ROOT,
  scenarioOf,
  scenarioSchema,
  settleMs,
  sizeSchema,
  type Size,
  type TreeScenario,
} from './scenario.ts';
export { modelSubject } from './subjects/model.ts';
export {
  castSubject,
  ENROLMENT,
  REFERENCE_CAST,
  referenceFacts,
  referenceSubject,
  type Cast,
  type ReferenceSubject,
} from './subjects/reference.ts';
export { outsiderAdversary } from './adversary/outsider.ts';
export * from './counterexample.ts';
export { promised, THREATS, type Promised, type Threat } from './threat-model.ts';
export { parseTrace, TraceFileError } from './trace-file.ts';
export { fixedWorkload, generatedWorkload, sliceFor, type Operation } from './workload.ts';
export { DEFAULT_GENERATOR, ycsb } from './ycsb.ts';
export { DEFAULT_PARAMETERS, type Parameters } from '../model/index.ts';

const here = fileURLToPath(import.meta.url);

/** The module that a campaign's workers import: it exports `campaignHarness`, which takes a CheckConfig. */
export const HARNESS_MODULE: URL = pathToFileURL(join(dirname(here), `campaign-module${extname(here)}`));
