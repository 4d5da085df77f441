/** What a search of this protocol is to reach: everything in the statecharts, and the situations. */
import type { Coverage, CoverageObserver, RunContext, Step } from '../../engine/index.ts';
import { allGuardOutcomes, allRejections, allTransitions, type Role } from '../../model/index.ts';
import type { Watch } from '../monitors/judge.ts';
import type { Followed } from '../monitors/twins.ts';
import type { Command, Report } from '../reading.ts';
import type { TreeScenario } from '../scenario.ts';
import { Scene } from './scene.ts';
import type { Lookout, Situation } from './situation.ts';
import { SITUATIONS } from './situations.ts';

/** Groups of goals. */
export type CoverageGroup = 'transitions' | 'guards' | 'rejections' | 'situations';

export const COVERAGE_GROUPS: readonly CoverageGroup[] = [
  'transitions',
  'guards',
  'rejections',
  'situations',
];

const ROLES: readonly Role[] = ['coordinator', 'router', 'client'];

/** What a subject is up against. */
export interface Opponents {
  /** Whether there is an outsider. */
  readonly outsider: boolean;
  /** Whether frames are bytes. */
  readonly bytes: boolean;
  /** Whether a writer may have been taken over: without, nothing is ever forked. @default false */
  readonly writer?: boolean;
  /** Whether somebody may have the coordinator's keys: without, all see one tree. @default false */
  readonly coordinator?: boolean;
  /** Whether keys are rotated, and nodes expelled. @default false */
  readonly rotations?: boolean;
}

/** What only a writer that lies leads to: guards of transitions, and the message. */
const OF_FORKS = /\[(?:isForked\w+|isNewEvidence|joinsExcluded|isRefusedAsExcluded)\]| evidence: /;

/** What only a coordinator that tells two stories leads to. */
const OF_SPLIT_VIEWS = /\[(?:isSplitView|isNewSplitView)\]| split-view: /;

/** What only rotations lead to: a writer that lies excludes no router, and a router is told nothing else that it has no use for than to take new keys. */
const OF_ROTATIONS =
  /\[(?:isExpelled|mayRotate|mayRenew)\]|^router .*\[isRefusedAsExcluded\]|^router up \* \[isFrame\]: false/;

/** All that is to be reached, by group. */
export function goalsFor(opponents: Opponents): Readonly<Record<CoverageGroup, readonly string[]>> {
  const isGoal = (id: string): boolean =>
    OF_ROTATIONS.test(id)
      ? opponents.rotations === true
      : (opponents.writer === true || !OF_FORKS.test(id)) &&
        (opponents.coordinator === true || !OF_SPLIT_VIEWS.test(id));
  return {
    transitions: ROLES.flatMap(allTransitions).filter(isGoal),
    guards: ROLES.flatMap(allGuardOutcomes).filter(isGoal),
    rejections: ROLES.flatMap(allRejections).filter(isGoal),
    situations: situationsFor(opponents).map(({ id }) => id),
  };
}

function situationsFor({ outsider, bytes }: Opponents): readonly Situation[] {
  return SITUATIONS.filter(
    ({ needs }) => needs === undefined || (outsider && (needs === 'outsider' || bytes)),
  );
}

/** The coverage of a subject. `watchOf` gives the watch that the monitors of a run share. */
export function treeCoverage<Frame>(
  watchOf: (run: RunContext<TreeScenario>) => Watch,
  opponents: Opponents,
): Coverage<Frame, Command, Report, TreeScenario> {
  const situations = situationsFor(opponents);
  return {
    goals: goalsFor(opponents),
    observer: (run) => new TreeCoverage(watchOf(run), situations),
  };
}

/** Watches the coverage of one run. */
class TreeCoverage implements CoverageObserver<unknown, Command, Report> {
  readonly covered = {
    transitions: new Set<string>(),
    guards: new Set<string>(),
    rejections: new Set<string>(),
    situations: new Set<string>(),
  };
  readonly #watch: Watch;
  readonly #scene: Scene;
  /** Those that have not come about yet. */
  #open: { readonly id: string; readonly lookout: Lookout }[];
  /** Steps of statecharts are remembered across runs, so most are met again, and have nothing new to say. */
  readonly #counted = new Set<Followed['expectation']>();

  constructor(watch: Watch, situations: readonly Situation[]) {
    this.#watch = watch;
    this.#scene = new Scene(watch);
    this.#open = situations.map((one) => ({ id: one.id, lookout: one.lookout(this.#scene) }));
  }

  observe(step: Step<unknown, Command, Report>): void {
    const seen = this.#watch.see(step);
    const moment = this.#scene.momentOf(seen);
    if (moment.followed !== undefined) this.#count(moment.followed.expectation);
    let came = false;
    for (const { id, lookout } of this.#open) {
      if (!lookout(moment)) continue;
      this.covered.situations.add(id);
      came = true;
    }
    if (came) this.#open = this.#open.filter(({ id }) => !this.covered.situations.has(id));
    this.#scene.pass(seen);
  }

  #count(expectation: Followed['expectation']): void {
    if (expectation.kind !== 'outputs' || this.#counted.has(expectation)) return;
    this.#counted.add(expectation);
    const { taken, guards, rejection } = expectation.reached;
    for (const id of taken) this.covered.transitions.add(id);
    for (const id of guards) this.covered.guards.add(id);
    if (rejection !== undefined) this.covered.rejections.add(rejection);
  }
}
