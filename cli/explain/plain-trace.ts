/** A counterexample as it is, for subjects of which no story can be told: moves, violation and trace, without what frames mean. */
import type { Move, Output, Step, Violation } from '../../engine/index.ts';
import type { Counterexample } from '../../properties/counterexample.ts';
import type { Command } from '../../properties/reading.ts';
import { changeInWords, outcomeInWords } from '../necessity.ts';
import { moveWords } from './moves.ts';
import { capital } from './sentences.ts';
import { bare } from './terms.ts';
import type { Style } from './text.ts';
import { moment } from './words.ts';

/** A trace that was executed, and what the property says of it. */
export interface Traced {
  readonly trace: readonly Step<unknown, unknown, unknown>[];
  /** Undefined if the property holds. */
  readonly violation: Omit<Violation, 'property'> | undefined;
}

/** What is told. Texts are plain. */
export interface PlainTrace {
  readonly file: string;
  readonly subject: string;
  readonly property: string;
  readonly statement: string;
  readonly verdict: 'violated' | 'stalled' | 'holds';
  readonly message: string | null;
  readonly node: string | null;
  readonly nodes: readonly string[];
  /** Why there is no story. */
  readonly note: string;
  readonly moves: readonly {
    readonly text: string;
    /** What happens without it; absent where that is not known. */
    readonly without?: string;
  }[];
  /** What the nearest schedule in which the property holds does otherwise; empty where none is known. */
  readonly nearest: readonly string[];
  /** From the first move on, or all; up to where the property breaks. */
  readonly steps: readonly {
    readonly index: number;
    readonly nowMs: number;
    /** Position of the move that made it. */
    readonly move?: number;
    readonly text: string;
    readonly isViolation?: true;
  }[];
}

/** What is to be told. */
export interface PlainMaterial {
  readonly file: string;
  readonly counterexample: Counterexample;
  readonly subject: string;
  readonly statement: string;
  readonly run: Traced;
  /** Every step, those before the first move too. */
  readonly isAll: boolean;
}

/** Tells it. */
export function plainTraceOf(material: PlainMaterial): PlainTrace {
  const { file, counterexample, subject, statement, run, isAll } = material;
  const { property, scenario, moves } = counterexample;
  const { trace, violation } = run;
  // A certificate is about the subject of the file.
  const certificate = subject === counterexample.subject ? counterexample.certificate : undefined;
  const first = trace.findIndex(
    ({ cause }) => cause.kind === 'move' || (cause.kind === 'fair' && cause.phase !== 'prologue'),
  );
  const told = trace.slice(isAll ? 0 : Math.max(0, first), (violation?.step ?? trace.length) + 1);
  return {
    file,
    subject,
    property,
    statement: bare(statement),
    verdict: violation?.verdict ?? 'holds',
    message: violation?.message ?? null,
    node: violation?.node ?? null,
    nodes: scenario.nodes,
    note: `No story can be told of ${subject}: its harness has no reader that says what frames mean. This is what happened, as it is.`,
    moves: moves.map((move, index) => {
      const without = certificate?.without[index];
      const text = capital(bare(moveWords(move)));
      return without === undefined ? { text } : { text, without: outcomeInWords(without, property) };
    }),
    nearest: certificate?.nearest?.changes.map((change) => bare(changeInWords(change))) ?? [],
    steps: told.map((step) => ({
      index: step.index,
      nowMs: step.nowMs,
      ...(step.cause.kind === 'move' ? { move: step.cause.index } : {}),
      text: stepText(step),
      ...(violation?.verdict === 'violated' && step.index === violation.step
        ? { isViolation: true as const }
        : {}),
    })),
  };
}

/** As text for a terminal. */
export function plainText(plain: PlainTrace, { paint, isUnicode }: Style): string {
  const { subject, property, statement, verdict, message, nodes, note, moves, nearest, steps } = plain;
  const state =
    verdict === 'holds'
      ? paint('holds', 'green')
      : paint(verdict === 'stalled' ? 'is not kept' : 'is broken', 'red');
  const lines = [`${paint(property, 'bold')} ${state} on ${paint(subject, 'bold')}`, note];
  const section = (title: string): void => {
    lines.push('', paint(title, 'bold'));
  };
  section('What must hold');
  lines.push(`  ${statement}`);
  section('What happens');
  lines.push(`  ${message ?? 'The property holds, to the end of the run.'}`);
  section(`The moves, among ${nodes.join(', ')}`);
  if (moves.length === 0) lines.push('  There are none: it breaks without any fault.');
  moves.forEach(({ text, without }, index) => {
    const why = without === undefined ? '' : ` Without it ${without}.`;
    lines.push(`${String(index + 1).padStart(3)}  ${text}.${why}`);
  });
  if (nearest.length > 0) lines.push(`  The property holds if ${nearest.join(' and ')}.`);
  section('The trace');
  for (const { nowMs, move, text, isViolation } of steps) {
    const mark = isViolation === true ? (isUnicode ? '✗' : 'X') : ' ';
    const line = `${moment(nowMs).padStart(10)} ${mark} ${move === undefined ? '' : `[move ${move + 1}] `}${text}`;
    lines.push(isViolation === true ? paint(line, 'red') : line);
  }
  return `${lines.join('\n')}\n`;
}

/** As a page that loads nothing. */
export function plainPage(plain: PlainTrace): string {
  const text = plainText(plain, { columns: 0, isUnicode: true, paint: (words) => words });
  const title = `${plain.property} on ${plain.subject}`;
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>${escaped(title)}</title>
  <style>
    :root { color-scheme: light dark; }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  </style>
  <pre>${escaped(text)}</pre>
</html>
`;
}

function stepText(step: Step<unknown, unknown, unknown>): string {
  if (step.kind === 'event') return eventText(step.event);
  let sent = 0;
  const outputs = step.outputs.map((output) => {
    const id = output.kind === 'send' ? step.sent[sent++] : undefined;
    return outputText(output, id);
  });
  const does = outputs.length === 0 ? 'does nothing' : outputs.join('; ');
  return `${step.node} ${inputText(step)}: ${does}`;
}

function inputText({
  input,
  message,
  memory,
}: Extract<Step<unknown, unknown, unknown>, { kind: 'reaction' }>): string {
  switch (input.kind) {
    case 'start':
      return `starts, life ${input.life}${memory === undefined ? '' : `, storage ${memory.kind}`}`;
    case 'frame':
      return message === undefined ? `gets an injected frame, as if from ${input.from}` : `gets ${message}`;
    case 'timer':
      return `is at its timer ${input.timer}`;
    case 'command':
      return `is asked for ${JSON.stringify(input.command)}`;
  }
}

function outputText(output: Output<unknown, unknown>, id: string | undefined): string {
  switch (output.kind) {
    case 'send':
      return `sends ${id ?? `something to ${output.to}`}`;
    case 'set-timer':
      return `sets ${output.timer} for ${output.ms} ms`;
    case 'cancel-timer':
      return `cancels ${output.timer}`;
    case 'report':
      return `reports ${JSON.stringify(output.report)}`;
    case 'reject':
      return `rejects it: ${output.reason}`;
  }
}

function eventText(event: Extract<Step<unknown, unknown, unknown>, { kind: 'event' }>['event']): string {
  switch (event.type) {
    case 'crashed':
    case 'paused':
    case 'resumed':
      return `${event.node} ${event.type === 'crashed' ? 'crashes' : event.type === 'paused' ? 'is paused' : 'goes on'}`;
    case 'restarting':
      return `${event.node} is started again, ${typeof event.memory === 'string' ? event.memory : `${event.memory.back} writes back`}`;
    case 'lost':
    case 'duplicated':
      return `${event.message} is ${event.type}`;
    case 'network':
      return event.text;
    case 'skipped':
      // The schedule came from a file: its commands are the kit's.
      return `skipped, for it names nothing: ${bare(moveWords(event.move as Move<Command>))}`;
    case 'settling':
      return 'the faults end';
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
