/** The engine: drives a subject through schedules and judges the traces. Knows no protocol. */
export type * from './subject.ts';
export type * from './move.ts';
export type * from './trace.ts';
export type * from './monitor.ts';
export type { ByGroup, Coverage, CoverageObserver, CoverageResult } from './coverage.ts';
export type * from './harness.ts';
export type * from './outcome.ts';
export * from './bounds.ts';
export { randomFrom, randomFromSeed, seedOf } from './random.ts';
export { execute, walk, type ExecuteOptions } from './run.ts';
export * from './defaults.ts';
export type { Choice } from './proposer.ts';
export type { StrategyOptions } from './strategy.ts';
export { holds, runs, type RunsOptions } from './arbitrary.ts';
export { Exercise } from './exercise.ts';
export {
  shrink,
  shrinking,
  type ShrinkableRun,
  type ShrinkOptions,
  type ShrinkPhase,
  type ShrinkProgress,
  type Shrunk,
} from './shrink.ts';
export { causalPast, movesBehind, type Influence } from './causality.ts';
export { applyChanges, certify, type Certificate, type Change, type Without } from './certificate.ts';
export {
  causeTest,
  causeText,
  distinctCauses,
  placeText,
  type BrokenRun,
  type CauseRules,
  type DistinctCause,
  type FoundCause,
  type KindOfMoves,
  type ViolationCause,
} from './causes.ts';
export { findCauses, type CauseProgress, type FindCausesOptions } from './cause-search.ts';
export { probeOf, probeOfKind, probingOf, type Probe, type Probing } from './probing.ts';
export { campaign, type CampaignOptions, type CampaignProgress } from './campaign.ts';
export { firstFind, type FirstFind } from './first-find.ts';
export type { CampaignHarness, CampaignSetup } from './batch.ts';
export type { CampaignResult, Nondeterminism, PropertyResult, ViolatingRun } from './campaign-result.ts';
export { startThread } from './thread.ts';
export { World, capabilityOf, standingKey, takenOverBy } from './world.ts';
export { memoise, type Memoised, type MemoOptions, type Stepped } from './memo.ts';
