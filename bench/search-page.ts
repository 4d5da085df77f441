/** The measured part of docs/search.md. */
import { nameOf, type Variant } from './search.ts';
import { medianText, type SearchTable } from './search-table.ts';

/** How a comparison was made. */
export interface Provenance {
  /** The call that makes it again. */
  readonly command: string;
  readonly kit: string;
  /** Processor, number of cores, version of Node. */
  readonly machine: string;
  readonly seeds: number;
  /** Runs that a search makes, at most. */
  readonly budget: number;
  /** Milliseconds that a schedule of each variant takes. */
  readonly costsMs: ReadonlyMap<Variant, number>;
}

/** What the searches of each variant come to: a title and a cell per variant, each. */
export function totalRows(
  table: SearchTable,
  costsMs: ReadonlyMap<Variant, number>,
): readonly (readonly string[])[] {
  const totals = table.variants.map((variant) => ({
    ...table.total(variant),
    costMs: costsMs.get(variant) ?? Number.NaN,
  }));
  return [
    ['sum of medians, schedules', ...totals.map(({ schedules }) => schedules.toFixed(1))],
    ['geometric mean, schedules', ...totals.map((one) => one.schedulesGeometricMean.toFixed(2))],
    ['sum of medians, 1000 steps', ...totals.map(({ kiloSteps }) => kiloSteps.toFixed(1))],
    ['geometric mean, 1000 steps', ...totals.map((one) => one.kiloStepsGeometricMean.toFixed(2))],
    ['milliseconds per schedule', ...totals.map(({ costMs }) => costMs.toFixed(0))],
    [
      'sum of medians, seconds',
      ...totals.map(({ schedules, costMs }) => ((schedules * costMs) / 1000).toFixed(1)),
    ],
    ['medians beyond the budget', ...totals.map(({ beyond }) => String(beyond))],
  ];
}

/** The tables as Markdown. */
export function measuredPart(table: SearchTable, provenance: Provenance): string {
  const { command, kit, machine, seeds, budget, costsMs } = provenance;
  const { variants, mutants } = table;
  const names = variants.map((variant) => `\`${nameOf(variant)}\``);
  const perMutant = mutants.map((mutant) => [
    `\`${mutant}\``,
    ...variants.map((variant) => medianText(table.median(mutant, variant))),
  ]);
  return [
    `Made by \`${command}\` with version ${kit} on ${machine}: ${String(mutants.length)} mutants,`,
    `seeds 1 to ${String(seeds)}, at most ${String(budget)} schedules a search. A name is strategy and moves per schedule.`,
    '',
    'All mutants together; a median beyond the budget counts as the budget:',
    '',
    markdown(['', ...names], totalRows(table, costsMs)),
    '',
    'Median schedules up to the find:',
    '',
    markdown(['mutant', ...names], perMutant),
    '',
  ].join('\n');
}

/** A Markdown table, padded as the formatter would; numbers to the right. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) =>
    Math.max(3, title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const pad = (cell: string, at: number): string =>
    at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0);
  const line = (row: readonly string[]): string => `| ${row.map(pad).join(' | ')} |`;
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}
