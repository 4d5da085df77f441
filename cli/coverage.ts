/** What a search reached of what is there to reach: for people and as JSON. */
import type { CampaignResult, CoverageResult } from '../engine/index.ts';
import type { Kit } from './kit.ts';
import { count, plural, type Terminal } from './terminal.ts';

/** One thing that was to be reached. */
interface Goal {
  readonly group: string;
  readonly id: string;
  /** In how many runs it was reached. */
  readonly runs: number;
  /** Why it cannot be reached, where that is known. */
  readonly justified: string | undefined;
}

/** Coverage as `check --json` has it. */
export interface CoverageJson {
  readonly [group: string]: unknown;
  /** Ids of what was not reached and is not justified. */
  readonly missing: readonly string[];
  /** Why it cannot be reached, by the id of what cannot. */
  readonly justified: Readonly<Record<string, string>>;
  /** In how many runs everything was reached, by its id. */
  readonly runs: Readonly<Record<string, number>>;
}

/** More gaps than this are not named unless all are asked for. */
const MAX_GAPS_NAMED = 8;

const GROUP_TITLES: Readonly<Record<string, string>> = {
  transitions: 'transitions',
  guards: 'guard outcomes',
  rejections: 'rejections',
  situations: 'situations',
};

/** Undefined if nothing was to be reached. */
export function coverageJson(kit: Kit, { coverage }: CampaignResult): CoverageJson | undefined {
  const goals = goalsOf(kit, coverage);
  if (goals.length === 0) return undefined;
  const groups = Object.keys(coverage).map((group) => {
    const { covered, total } = countOf(goals, group);
    return [group, { covered, total }] as const;
  });
  return {
    ...Object.fromEntries(groups),
    missing: gapsOf(goals).map(({ id }) => id),
    justified: Object.fromEntries(
      goals.flatMap(({ id, justified }) => (justified === undefined ? [] : [[id, justified]])),
    ),
    runs: Object.fromEntries(goals.map(({ id, runs }) => [id, runs])),
  };
}

/** Prints a line per group, and the gaps: all of them if they are few or asked for. */
export function printCoverage(
  terminal: Terminal,
  kit: Kit,
  { coverage }: CampaignResult,
  all: boolean,
): void {
  const goals = goalsOf(kit, coverage);
  const groups = Object.keys(coverage);
  if (goals.length === 0) {
    terminal.out('reached: no coverage goals are set for this subject\n');
    return;
  }
  const parts = groups.map((group) => {
    const { covered, total } = countOf(goals, group);
    return `${titleOf(group)} ${count(covered)} of ${count(total)}`;
  });
  terminal.out(`reached: ${parts.join(' · ')}\n`);
  const gaps = gapsOf(goals);
  const named = all ? gaps : gaps.slice(0, MAX_GAPS_NAMED);
  for (const { group, id } of named)
    terminal.out(`  not reached: ${id}${titleOfSituation(kit, group, id)}\n`);
  if (named.length < gaps.length)
    terminal.out(`  and ${plural(gaps.length - named.length, 'other')} (--verbose names all)\n`);
  // A justification that a run refutes is worth more than any other news of coverage.
  for (const { id, justified, runs } of goals)
    if (justified !== undefined && runs > 0)
      terminal.out(`  reached, though it should not be possible (${justified}): ${id}\n`);
}

function goalsOf(kit: Kit, coverage: CoverageResult): readonly Goal[] {
  return Object.entries(coverage).flatMap(([group, runsById]) =>
    Object.entries(runsById).map(([id, runs]) => ({ group, id, runs, justified: kit.justified[id] })),
  );
}

/** What cannot be reached does not count, unless it was. */
function countOf(
  goals: readonly Goal[],
  group: string,
): { readonly covered: number; readonly total: number } {
  const own = goals.filter((goal) => goal.group === group && (goal.justified === undefined || goal.runs > 0));
  return { covered: own.filter(({ runs }) => runs > 0).length, total: own.length };
}

function gapsOf(goals: readonly Goal[]): readonly Goal[] {
  return goals.filter(({ runs, justified }) => runs === 0 && justified === undefined);
}

function titleOf(group: string): string {
  return GROUP_TITLES[group] ?? group;
}

function titleOfSituation({ situations }: Kit, group: string, id: string): string {
  const found = group === 'situations' ? situations.find((one) => one.id === id) : undefined;
  return found === undefined ? '' : ` (${found.title})`;
}
