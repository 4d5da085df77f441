/** `psl-verify diagrams --coverage`: the state diagrams with what a search reached drawn on them. */
import type { AnyTransitionDefinition } from 'xstate';
import { z } from 'zod';
import { transitionId } from '../model/index.ts';
import { InputError, inputErrorOf } from '../properties/input-error.ts';
import { readInput, type Context } from './call.ts';
import { chartOf, marked, type Chart, type Mark, type Reaction } from './chart.ts';
import type { LegendEntry } from './chart-svg.ts';
import { coverageJson } from './coverage.ts';
import { plural, progress } from './terminal.ts';

/** What a search reached, as far as the diagrams show it. */
export interface DrawnCoverage {
  readonly subject: string;
  readonly seed: number;
  readonly runs: number;
  readonly coverage: {
    /** In how many runs everything was reached, by its id. */
    readonly runs: Readonly<Record<string, number>>;
    /** Why it cannot be reached, by its id. */
    readonly justified: Readonly<Record<string, string>>;
  };
}

const count = z.number().int().min(0);

/** The part of what `check --json` prints that is needed here. */
const checkSchema = z.object({
  command: z.literal('check'),
  subject: z.string(),
  seed: z.number().int(),
  runs: count,
  coverage: z.object({ runs: z.record(z.string(), count), justified: z.record(z.string(), z.string()) }),
});

/** Reads what `check --json` printed. */
export function coverageFrom(file: string): DrawnCoverage {
  let json: unknown;
  try {
    json = JSON.parse(readInput(file));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new InputError(
        file,
        `expected what psl-verify check --json prints, is not JSON: ${error.message}`,
      );
    throw error;
  }
  const parsed = checkSchema.safeParse(json);
  if (!parsed.success) throw inputErrorOf(file, parsed.error.issues);
  return parsed.data;
}

/** Searches as `check` does without options, for coverage alone. */
export async function coverageOfSearch(
  { kit, terminal, nowMs, signal }: Context,
  options: { readonly runs: number; readonly seed: number; readonly workers: number },
): Promise<DrawnCoverage> {
  const bar = progress(terminal, nowMs);
  const result = await kit.campaign({
    harnessModule: kit.harnessModule,
    harnessConfig: { subject: 'reference' },
    ...options,
    signal,
    onProgress: ({ runsDone, runs }) => {
      bar.update(runsDone, runs, 'runs', 'for coverage');
    },
  });
  bar.end();
  const coverage = coverageJson(kit, result);
  if (coverage === undefined) throw new TypeError('the reference has no coverage');
  const { subject, seed, runs } = result;
  return { subject, seed, runs, coverage };
}

/** The chart with a mark at each transition: in how many runs it was taken, and which outcomes of its guard were not seen. */
export function coveredChart(chart: Chart, { coverage }: DrawnCoverage): Chart {
  return marked(chart, ({ id }) => (id === undefined ? undefined : markOf(id, coverage)));
}

/** Names transitions as coverage does. */
export function chartWithIds(...[machine, title]: Parameters<typeof chartOf>): Chart {
  return chartOf(machine, title, (transition: AnyTransitionDefinition) => transitionId(transition));
}

function markOf(id: string, { runs, justified }: DrawnCoverage['coverage']): Mark {
  const taken = runs[id] ?? 0;
  if (taken === 0)
    return justified[id] === undefined ? { kind: 'missing', text: '✗' } : { kind: 'excused', text: '–' };
  const no = `${id}: false`;
  const isAlwaysTrue = runs[no] === 0 && justified[no] === undefined;
  return { kind: 'reached', text: `✓${taken}${isAlwaysTrue ? ' (never false)' : ''}` };
}

/** What the marks mean. */
export function legendOf({ runs }: DrawnCoverage): readonly LegendEntry[] {
  return [
    {
      kind: 'reached',
      text: `✓n  reached, in n of ${plural(runs, 'run')} (never false: its guard never said no)`,
    },
    { kind: 'missing', text: '✗   not reached' },
    { kind: 'partly', text: 'some of the transitions of the arrow are reached, some are not' },
    { kind: 'excused', text: '–   cannot be reached: docs/coverage.md says why' },
  ];
}

/** Transitions of a chart that were not reached, as text. */
export function missingOf(chart: Chart): readonly string[] {
  const reactions: Reaction[] = [];
  marked(chart, (reaction) => {
    reactions.push(reaction);
    return undefined;
  });
  return reactions.flatMap(({ mark, id }) => (mark?.kind === 'missing' && id !== undefined ? [id] : []));
}
