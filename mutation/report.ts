/**
 * `npm run mutation:report`: docs/mutation.md from results.json and reasons.json. With files that `npm run mutation`
 * left, makes results.json of them first; of a mutant in several, the last counts. `--check` writes nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { InputError } from '../properties/input-error.ts';
import { readLines } from './lines.ts';
import { KINDS, readReasons, unaccounted, type Kind, type Reason } from './reasons.ts';
import {
  interval,
  judged,
  scoreOf,
  summarise,
  total,
  type Counts,
  type Results,
  type Survivor,
} from './results.ts';
import { SCHEDULES } from './schedules.ts';

const HERE = import.meta.dirname;
const PAGE = join(HERE, '..', 'docs', 'mutation.md');
const RESULTS = join(HERE, 'results.json');
const REASONS = join(HERE, 'reasons.json');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Code in a table's cell; backticks inside need more of them outside. */
function code(text: string): string {
  return text === '' ? '(nothing)' : text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function row(name: string, counts: Counts): readonly string[] {
  const { killed, timeout, survived, unreached, ignored, unjudged } = counts;
  const numbers = [killed, timeout, survived, unreached, ignored, unjudged].map(String);
  return [name, `${scoreOf(counts).toFixed(1)} %`, ...numbers];
}

function scores({ files }: Results): string {
  const named = Object.entries(files);
  const of = (folder: string): readonly Counts[] =>
    named.filter(([file]) => file.startsWith(folder)).map(([, counts]) => counts);
  const sums = ['impl/', 'model/'].filter((folder) => of(folder).length > 0);
  return table(
    ['file', 'score', 'killed', 'no end', 'survived', 'unreached', 'left out', 'not judged'],
    [
      ...sums.map((folder) => row(`**${folder}**`, total(of(folder)))),
      ...named.map(([file, counts]) => row(code(file), counts)),
    ],
  );
}

/** Kinds of survivors that nothing could tell from the original. */
const CANNOT_BE_SEEN: ReadonlySet<Kind> = new Set(['equivalent', 'choice', 'invisible']);

function about({ files, survivors }: Results, reasons: readonly Reason[]): string {
  const unseen = new Set(
    reasons.flatMap(({ kind, survivors: ids }) => (CANNOT_BE_SEEN.has(kind) ? ids : [])),
  );
  const lines = ['impl/', 'model/'].flatMap((folder) => {
    const counts = total(
      Object.entries(files).flatMap(([file, one]) => (file.startsWith(folder) ? [one] : [])),
    );
    const all = judged(counts) + counts.unjudged;
    if (judged(counts) === 0) return [];
    const blind = survivors.filter(({ id, file }) => file.startsWith(folder) && unseen.has(id)).length;
    const seen = (100 * (counts.killed + counts.timeout)) / Math.max(1, judged(counts) - blind);
    const rest = `Without the ${blind} survivors that nothing could tell from the original, it is ${seen.toFixed(1)} %.`;
    if (counts.unjudged === 0) return [`Of \`${folder}\`, all ${all} mutants were judged. ${rest}`];
    const [low, high] = interval(counts).map((share) => share.toFixed(1));
    return [
      `Of \`${folder}\`, ${judged(counts)} of ${all} mutants were judged, a sample drawn by hash: the score of all is between ${low} % and ${high} % with 95 % confidence. ${rest}`,
    ];
  });
  return lines.join('\n\n');
}

function killers({ by }: Results): string {
  const rows = Object.entries(by).toSorted(([, a], [, b]) => b - a);
  return table(
    ['killed by', 'mutants'],
    rows.map(([name, count]) => [code(name), String(count)]),
  );
}

function depths({ depth }: Results): string {
  const all = Object.entries(depth).map(([tests, count]) => [Number(tests), count] as const);
  const sum = all.reduce((so, [, count]) => so + count, 0);
  const rows = [1, 2, 4, 8, 16, SCHEDULES.length].map((most) => {
    const within = all.filter(([tests]) => tests <= most).reduce((so, [, count]) => so + count, 0);
    return [String(most), `${((100 * within) / Math.max(1, sum)).toFixed(1)} %`];
  });
  return table(['schedules', 'killed within'], rows);
}

function accounts({ survivors }: Results, reasons: readonly Reason[]): string {
  const byId = new Map(survivors.map((survivor) => [survivor.id, survivor]));
  const sections: string[] = [];
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const own = reasons.filter((reason) => reason.kind === kind);
    const found = (reason: Reason): readonly Survivor[] =>
      reason.survivors.flatMap((id) => byId.get(id) ?? []);
    const count = own.reduce((sum, reason) => sum + found(reason).length, 0);
    if (count === 0) continue;
    sections.push(`### ${kind}: ${count}`, KINDS[kind]);
    for (const reason of own) {
      const rows = found(reason).map(({ file, line, mutator, original, replacement, isReached }) => [
        `${file}:${line}`,
        isReached ? mutator : `${mutator} (unreached)`,
        code(original),
        code(replacement),
      ]);
      if (rows.length > 0) sections.push(reason.reason, table(['where', 'mutator', 'is', 'becomes'], rows));
    }
  }
  return sections.join('\n\n');
}

function summary({ survivors }: Results, reasons: readonly Reason[]): string {
  const kindOf = new Map(reasons.flatMap(({ kind, survivors: ids }) => ids.map((id) => [id, kind] as const)));
  const folders = ['impl/', 'model/'];
  const rows = (Object.keys(KINDS) as Kind[]).map((kind) => [
    kind,
    ...folders.map((folder) =>
      String(survivors.filter(({ id, file }) => file.startsWith(folder) && kindOf.get(id) === kind).length),
    ),
    KINDS[kind],
  ]);
  return table(['kind', ...folders, 'what it is'], rows);
}

const MARKED = /(<!-- mutation: ([a-z]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The page with everything that is made from the figures made anew, formatted. */
export async function withFigures(
  page: string,
  results: Results,
  reasons: readonly Reason[],
): Promise<string> {
  const parts: Readonly<Record<string, string>> = {
    scores: scores(results),
    about: about(results, reasons),
    killers: killers(results),
    depths: depths(results),
    summary: summary(results, reasons),
    accounts: accounts(results, reasons),
  };
  const text = page.replace(
    MARKED,
    (_, begin: string, name: string, end: string) => `${begin}\n${parts[name] ?? ''}\n\n${end}`,
  );
  return format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

/** The results that are kept. */
export function readResults(): Results {
  return JSON.parse(readFileSync(RESULTS, 'utf8')) as Results;
}

async function record(files: readonly string[]): Promise<void> {
  const results = summarise(readLines(files), SCHEDULES.length);
  const options = { ...(await resolveConfig(RESULTS)), parser: 'json' };
  writeFileSync(RESULTS, await format(JSON.stringify(results), options));
}

async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  const files = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  if (files.length > 0) await record(files);
  const results = readResults();
  const reasons = readReasons(REASONS);
  const { unexplained, idle } = unaccounted(results.survivors, reasons);
  for (const { id } of unexplained) console.log(`no reason: ${id}`);
  for (const id of idle) console.log(`reason for what does not survive: ${id}`);
  const page = readFileSync(PAGE, 'utf8');
  const fresh = await withFigures(page, results, reasons);
  if (fresh !== page) {
    console.log(isCheck ? 'stale: docs/mutation.md (npm run mutation:report)' : 'wrote docs/mutation.md');
    if (!isCheck) writeFileSync(PAGE, fresh);
  }
  if (unexplained.length + idle.length > 0 || (isCheck && fresh !== page)) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('report.ts') === true) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
