/** The distinct causes of what a search broke: shrunk, written and printed. */
import { basename } from 'node:path';
import type { CampaignResult } from '../engine/index.ts';
import type { Context } from './call.ts';
import type { CauseSearchResult } from './cause-search.ts';
import { writeCounterexample, type Saved } from './save.ts';
import { smallerOf } from './shrinking.ts';
import { count, plural, table } from './terminal.ts';

/** Executions that shrinking one of many causes may take: what is not done then, `psl-verify shrink` goes on with. */
const CAUSE_EXECUTIONS_MAX = 600;

/** Writes one counterexample per distinct cause, by property in the order of the campaign's table. */
export async function saveCauses(
  context: Context,
  result: CampaignResult,
  causes: CauseSearchResult['causes'],
  directory: string,
): Promise<readonly Saved[]> {
  const order = result.properties.map(({ id }) => id);
  const placeOf = (property: string): number =>
    order.includes(property) ? order.indexOf(property) : order.length;
  const sorted = causes.toSorted((a, b) => placeOf(a.cause.property) - placeOf(b.cause.property));
  const saved: Saved[] = [];
  for (const { cause, run, scenario, schedule, violation, alsoBy } of sorted) {
    const { property } = cause;
    const { subject, seed } = result;
    const { counterexample } = await smallerOf(
      context,
      { subject, property, seed, run, scenario, schedule, violation, cause },
      { executionsMax: CAUSE_EXECUTIONS_MAX },
    );
    saved.push({
      property,
      file: writeCounterexample(directory, counterexample),
      moves: counterexample.moves.length,
      message: counterexample.violation.message,
      cause: { ...cause, run, alsoBy },
    });
  }
  return saved;
}

/** A cause as `check --json` has it. */
export function causeJson({ property, file, moves, message, cause }: Saved) {
  const { where, kinds, alsoBy, run } = cause ?? {};
  return { property, where, kinds, alsoBy, run, moves, file, message };
}

/** A line per cause. */
export function printCauses(
  { terminal }: Context,
  saved: readonly Saved[],
  { byChance, probes }: { readonly byChance: number; readonly probes: number },
  out: string,
): void {
  if (saved.length === 0) return;
  const rows = saved.map(({ property, moves, file, cause }) => [
    property,
    cause?.where ?? '',
    cause === undefined || cause.kinds.length === 0 ? '(no fault)' : cause.kinds.join(' + '),
    cause?.alsoBy.map((kinds) => kinds.join(' + ')).join(', ') ?? '',
    String(moves),
    count((cause?.run ?? 0) + 1),
    basename(file),
  ]);
  terminal.out(
    `\n${table(
      [
        { title: 'property' },
        { title: 'where it breaks' },
        { title: 'what it takes' },
        { title: 'or more' },
        { title: 'moves', align: 'right' },
        { title: 'schedule', align: 'right' },
        { title: 'file' },
      ],
      rows,
    )}`,
  );
  terminal.out(
    `\n${plural(byChance, 'schedule')} by chance and ${plural(probes, 'probe')} of what they found.\n`,
  );
  terminal.out(
    `\n${plural(saved.length, 'distinct cause')}, each shrunk: the number of its moves, and of the schedule that it was found in. The files are in ${out}:\n  psl-verify explain ${saved[0]?.file ?? ''}\n`,
  );
}
