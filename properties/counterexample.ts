/**
 * Counterexamples: one run that broke a property, as a file. A person can read it, any machine can replay it, and it
 * does not depend on seeds: the moves themselves are in it. Seed and index only say where it came from.
 */
import { z } from 'zod';
import type { Certificate, Memory, Move, Run, Schedule, Violation, ViolationCause } from '../engine/index.ts';
import { capabilitiesNeeded } from './capabilities.ts';
import { InputError, inputErrorOf } from './input-error.ts';
import { translationFor } from './harness.ts';
import type { Translation } from './prototype/translate.ts';
import type { Command } from './reading.ts';
import { scenarioSchema, type TreeScenario } from './scenario.ts';

export const COUNTEREXAMPLE_FORMAT = 'psl-verify/counterexample';
export const COUNTEREXAMPLE_VERSION = 2;

export interface Counterexample {
  readonly format: typeof COUNTEREXAMPLE_FORMAT;
  readonly version: typeof COUNTEREXAMPLE_VERSION;
  /** Version of the kit that found it. */
  readonly kit: string;
  /** The subject that it was found on. */
  readonly subject: string;
  readonly property: string;
  /** What happens, in a few words; the end of the file's name. */
  readonly title: string;
  /** Seed of the campaign and index of the run that found it. */
  readonly seed: number;
  readonly run: number;
  /** What the adversary needs for these moves. */
  readonly capabilities: readonly string[];
  readonly violation: Omit<Violation, 'property'>;
  /** Which of several causes of this violation it is: where it broke, and what it takes. Absent where causes are not told apart. */
  readonly cause?: Omit<ViolationCause, 'property'>;
  /** Digest of the whole trace on the subject that it was found on. */
  readonly digest: string;
  readonly scenario: TreeScenario;
  readonly moves: Schedule<Command>;
  /** What happens without each of the moves; absent if shrinking was cut short. */
  readonly certificate?: Certificate<Command>;
  /** The same situation on the reference, where its moves are others: a subject that speaks another language. */
  readonly reference?: Translation;
}

const text = z.string().min(1);
const integer = z.number().int();
const names = z.array(text);

// What zod calls optional may be undefined, the kit's types say absent: JSON knows only the latter.
const commandSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('put'), key: z.string(), value: z.string() }),
  z.strictObject({ type: z.literal('get'), key: z.string() }),
  z.strictObject({ type: z.literal('subscribe'), shards: z.array(z.number().int().min(0)) }),
  z.strictObject({ type: z.literal('leave') }),
  z.strictObject({ type: z.literal('renew') }),
  z.strictObject({ type: z.literal('rotate'), expel: z.string().optional() }),
  z.strictObject({ type: z.literal('dump') }),
]) as unknown as z.ZodType<Command>;

const memorySchema: z.ZodType<Memory> = z.union(
  [z.literal('durable'), z.literal('amnesiac'), z.strictObject({ back: integer.min(0) })],
  { error: "expected 'durable', 'amnesiac' or { back: number }" },
);

const move = z.literal;
const moveSchema: z.ZodType<Move<Command>> = z.discriminatedUnion('move', [
  z.strictObject({ move: move('deliver'), message: text }),
  z.strictObject({ move: move('fire'), node: text, timer: text }),
  z.strictObject({ move: move('elapse'), ms: integer.min(0) }),
  z.strictObject({ move: move('command'), node: text, command: commandSchema }),
  z.strictObject({ move: move('drop'), message: text }),
  z.strictObject({ move: move('duplicate'), message: text }),
  z.strictObject({ move: move('clog'), from: text, to: text }),
  z.strictObject({ move: move('release'), from: text, to: text }),
  z.strictObject({ move: move('partition'), from: names, to: names, way: z.enum(['one-way', 'both']) }),
  z.strictObject({ move: move('heal') }),
  z.strictObject({ move: move('pause'), node: text }),
  z.strictObject({ move: move('resume'), node: text }),
  z.strictObject({ move: move('skew'), node: text, percent: integer.min(1) }),
  z.strictObject({ move: move('crash'), node: text }),
  z.strictObject({ move: move('restart'), node: text, memory: memorySchema }),
  // An attack's arguments belong to the adversary, which finds nothing to do in one that it does not know.
  z.strictObject({ move: move('attack'), attack: z.looseObject({ kind: text }) }),
]);

/** Most moves that a file may have: a schedule is a few dozen, a shrunk one a few. */
export const MAX_COUNTEREXAMPLE_MOVES = 100_000;

const movesSchema = z.array(moveSchema).max(MAX_COUNTEREXAMPLE_MOVES);

const changeSchema = z.discriminatedUnion('change', [
  z.strictObject({ change: z.literal('left-out'), index: integer.min(0) }),
  z.strictObject({ change: z.literal('inserted'), index: integer.min(0), move: moveSchema }),
  z.strictObject({ change: z.literal('replaced'), index: integer.min(0), by: moveSchema }),
]);

const certificateSchema = z.strictObject({
  without: z.array(
    z.strictObject({
      outcome: z.enum(['holds', 'untested', 'stall', 'other-violation', 'same']),
      property: text.optional(),
      message: text.optional(),
    }),
  ),
  nearest: z.strictObject({ changes: z.array(changeSchema), moves: movesSchema }).optional(),
});

const counterexampleSchema = z.strictObject({
  format: z.literal(COUNTEREXAMPLE_FORMAT),
  version: z.literal(COUNTEREXAMPLE_VERSION),
  kit: text,
  subject: text,
  property: text,
  title: text,
  seed: integer,
  run: integer.min(0),
  capabilities: names,
  violation: z.strictObject({
    verdict: z.enum(['violated', 'stalled']),
    message: text,
    step: integer.min(0),
    node: text.optional(),
    details: z.json().optional(),
  }),
  cause: z.strictObject({ where: text, kinds: names }).optional(),
  digest: z.string(),
  scenario: scenarioSchema,
  moves: movesSchema,
  certificate: certificateSchema.optional(),
  reference: z
    .strictObject({
      scenario: scenarioSchema,
      moves: movesSchema,
      missing: z.array(z.strictObject({ move: integer.min(0), why: text })),
    })
    .optional(),
});

/** Nodes of the scenario that a move names by themselves. (A message may be from anybody, and may not exist.) */
function nodesIn(move: Move<Command>): readonly string[] {
  if ('node' in move) return [move.node];
  if (move.move === 'partition') return [...move.from, ...move.to];
  return [];
}

/** Reads the text of a counterexample file. `file` is only for messages. Throws InputError naming file and field. */
export function parseCounterexample(json: string, file: string): Counterexample {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new InputError(file, `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  // Another version is another format: say so instead of complaining of its fields.
  const head = z.looseObject({ format: z.unknown(), version: z.unknown() }).safeParse(value);
  if (!head.success || head.data.format !== COUNTEREXAMPLE_FORMAT)
    throw new InputError(`${file}: format`, `expected "${COUNTEREXAMPLE_FORMAT}"`);
  if (head.data.version !== COUNTEREXAMPLE_VERSION)
    throw new InputError(
      `${file}: version`,
      `this kit reads counterexamples of version ${COUNTEREXAMPLE_VERSION}, not ${JSON.stringify(head.data.version)}`,
    );
  const parsed = counterexampleSchema.safeParse(value);
  if (!parsed.success) throw inputErrorOf(file, parsed.error.issues);
  // What zod calls optional may be undefined, the kit's types say absent: JSON knows only the latter.
  const counterexample = parsed.data as Counterexample;
  const { moves, certificate } = counterexample;
  checkNodes(counterexample, moves, `${file}: moves`);
  const { reference } = counterexample;
  if (reference !== undefined) checkNodes(reference, reference.moves, `${file}: reference.moves`);
  if (certificate === undefined) return counterexample;
  if (certificate.without.length !== moves.length)
    throw new InputError(
      `${file}: certificate.without`,
      `expected one entry per move, ${moves.length}, got ${certificate.without.length} (who edits moves leaves the certificate out)`,
    );
  checkNodes(counterexample, certificate.nearest?.moves ?? [], `${file}: certificate.nearest.moves`);
  return counterexample;
}

function checkNodes(
  { scenario }: Pick<Counterexample, 'scenario'>,
  moves: Schedule<Command>,
  field: string,
): void {
  moves.forEach((move, index) => {
    const stranger = nodesIn(move).find((node) => !scenario.nodes.includes(node));
    if (stranger !== undefined)
      throw new InputError(`${field}[${index}]`, `the scenario has no node ${stranger}`);
  });
}

/** Where a counterexample comes from: version of the kit, seed of the campaign, index of the run; its cause and its certificate. */
export type Origin = Pick<Counterexample, 'kit' | 'seed' | 'run'> & {
  readonly cause?: ViolationCause | undefined;
  readonly certificate?: Counterexample['certificate'] | undefined;
};

/**
 * The counterexample that a run is, if it broke the property.
 * @throws RangeError if it did not
 */
export function counterexampleOf(
  run: Pick<
    Run<unknown, Command, unknown, TreeScenario>,
    'subject' | 'scenario' | 'schedule' | 'digest' | 'violations'
  >,
  property: string,
  { kit, seed, run: index, cause, certificate }: Origin,
): Counterexample {
  const broken = run.violations.find((violation) => violation.property === property);
  if (broken === undefined) throw new RangeError(`${run.subject} did not break ${property}`);
  const { property: _, ...violation } = broken;
  const translation = translationFor(run.subject)?.(run.scenario, run.schedule);
  return {
    format: COUNTEREXAMPLE_FORMAT,
    version: COUNTEREXAMPLE_VERSION,
    kit,
    subject: run.subject,
    property,
    title: cause === undefined ? titleOf(violation.message) : titleOfCause(cause),
    seed,
    run: index,
    capabilities: capabilitiesNeeded(run.schedule),
    violation,
    ...(cause === undefined ? {} : { cause: { where: cause.where, kinds: cause.kinds } }),
    digest: run.digest,
    scenario: run.scenario,
    moves: run.schedule,
    ...(certificate === undefined ? {} : { certificate }),
    ...(translation === undefined ? {} : { reference: translation }),
  };
}

/** The text of a counterexample file: indented, but one move a line, so that a schedule reads like a list. */
export function printCounterexample(counterexample: Counterexample): string {
  const { moves, certificate, reference, ...head } = counterexample;
  const parts = [JSON.stringify(head, null, 2).slice(2, -2), `  "moves": ${listOf(moves, '  ')}`];
  if (certificate !== undefined) {
    const { without, nearest } = certificate;
    const inner = [`    "without": ${listOf(without, '    ')}`];
    if (nearest !== undefined)
      inner.push(
        `    "nearest": {\n      "changes": ${listOf(nearest.changes, '      ')},\n      "moves": ${listOf(nearest.moves, '      ')}\n    }`,
      );
    parts.push(`  "certificate": {\n${inner.join(',\n')}\n  }`);
  }
  if (reference !== undefined) {
    const inner = [
      `    "scenario": ${JSON.stringify(reference.scenario)}`,
      `    "moves": ${listOf(reference.moves, '    ')}`,
      `    "missing": ${listOf(reference.missing, '    ')}`,
    ];
    parts.push(`  "reference": {\n${inner.join(',\n')}\n  }`);
  }
  return `{\n${parts.join(',\n')}\n}\n`;
}

/** A JSON list with one entry a line. */
function listOf(entries: readonly unknown[], indent: string): string {
  if (entries.length === 0) return '[]';
  const lines = entries.map((entry) => `${indent}  ${JSON.stringify(entry)}`);
  return `[\n${lines.join(',\n')}\n${indent}]`;
}

/** The name of a counterexample's file: `<subject>--<property>--<what-happens>.json`. */
export function counterexampleName(
  counterexample: Pick<Counterexample, 'subject' | 'property' | 'title'>,
): string {
  return `${[counterexample.subject, counterexample.property, counterexample.title].map(slug).join('--')}.json`;
}

/** Letters of a title, at most. */
const MAX_TITLE = 60;

/** What happens, in a few words, from the message of a violation: which node and which number matters less than what it is. */
export function titleOf(message: string): string {
  const words = message
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
    .replaceAll(/\b[a-z]+\d+\/\d+(?:\/k\d+)?(?:\/s\d+)?#\d+/g, 'record')
    .replaceAll(/\b[a-z]+\d+\/\d+(?:\/k\d+)?(?:\/s\d+)?/g, 'capsule')
    .replaceAll(/\br\d+\b/g, 'router')
    .replaceAll(/\bc\d+\b/g, 'client')
    .replaceAll(/\bC\b/g, 'coordinator')
    .split(/\s+/)
    .filter((word) => !/\d/.test(word) && /[a-z]/i.test(word))
    .map((word) => word.replaceAll(/[^A-Za-z-]+/g, ' ').trim());
  let title = '';
  for (const word of words) {
    if (title.length + word.length > MAX_TITLE) break;
    title = title === '' ? word : `${title} ${word}`;
  }
  return title === '' ? 'violation' : title;
}

/** What it takes, then where it breaks: files of one property are told apart by that. */
function titleOfCause({ kinds, where }: ViolationCause): string {
  const takes = kinds.length === 0 ? 'no fault' : kinds.join(' and ');
  return `${takes}: ${titleOf(where)}`;
}

/** Kebab-case; a mutant's `mutant:name` becomes `mutant-name`. */
function slug(words: string): string {
  const kebab = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return kebab === '' ? 'unnamed' : kebab.slice(0, 80).replace(/-+$/, '');
}
