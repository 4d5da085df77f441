import type { Capability } from './move.ts';

/** How schedules are generated. */
export interface StrategyOptions {
  /** `uniform`: every granted fault all the time. `swarm`: each run switches some off and draws its own weights. @default 'swarm' */
  readonly strategy?: 'uniform' | 'swarm';
  /** What the adversary was given. @default all of the harness */
  readonly capabilities?: readonly Capability[];
  /** Moves per schedule, at most. @default 60 */
  readonly moves?: number;
  /** Longest single `elapse`, milliseconds. @default a quarter of the scenario's settleMs */
  readonly elapseMsMax?: number;
  /** Crashes per run. @default 4 */
  readonly crashesMax?: number;
  /** Nodes that leave in good order, per run. @default 3 */
  readonly leavesMax?: number;
  /** Attacks per run. @default 16 */
  readonly attacksMax?: number;
  /** Partitions per run. @default 4 */
  readonly partitionsMax?: number;
  /** How many writing reactions a stale storage may lag, at most. @default 4 */
  readonly backMax?: number;
  /** Ends the schedule (and settles) at the first violation. @default true */
  readonly stopOnViolation?: boolean;
}
