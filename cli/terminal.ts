/** What commands print with: results on stdout, progress and prose on stderr, colours only where somebody looks. */
import { stripVTControlCharacters, styleText } from 'node:util';

/** The two streams of a command, and what is known of them. A test hands in its own. */
export interface Terminal {
  /** Results: a table, or one JSON object. */
  out(text: string): void;
  /** Progress and prose. */
  err(text: string): void;
  readonly outColour: boolean;
  readonly errColour: boolean;
  /** Whether stderr is a terminal, on which a bar can move. */
  readonly interactive: boolean;
  /** Width of what stdout is shown on; infinite where it is no terminal. */
  readonly outColumns: number;
  /** Whether stdout shows more than ASCII. */
  readonly outUnicode: boolean;
  readonly columns: number;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const plain = (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb';
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const colour = (stream: NodeJS.WriteStream): boolean => !plain && (forced || stream.isTTY);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outColour: colour(process.stdout),
    errColour: colour(process.stderr),
    interactive: process.stderr.isTTY && TERM !== 'dumb',
    outColumns: process.stdout.columns ?? Number.POSITIVE_INFINITY,
    outUnicode: isUnicode(process.env),
    columns: process.stderr.columns ?? 80,
  };
}

/** Whether a locale, as its variables say it, has more than ASCII. Where none is set, nobody minds. */
export function isUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((one) => one !== undefined && one !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

/** Text in a colour, if there are any. */
export function paint(text: string, colour: Colour, on: boolean): string {
  return on ? styleText(colour, text, { validateStream: false }) : text;
}

/** Number with thousands parted: 12,345. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A number of things: `1 run`, `2 runs`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A duration as a person says it: `12.3 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** The last column of a table is never made narrower than this. */
const MIN_LAST_COLUMN = 30;

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/**
 * A table in columns that fit their widest cell. Cells may be coloured: colours take no room. With `fitColumns`, the last
 * column is wrapped such that lines have at most that many characters, if that leaves it a readable width.
 */
export function table(
  columns: readonly Column[],
  given: readonly (readonly string[])[],
  fitColumns = Number.POSITIVE_INFINITY,
): string {
  const last = columns.length - 1;
  const before = columns.slice(0, last).reduce((sum, column, i) => {
    return sum + 2 + Math.max(column.title.length, ...given.map((row) => widthOf(row[i] ?? '')));
  }, 0);
  const room = Math.max(MIN_LAST_COLUMN, fitColumns - before);
  const rows = given.flatMap((row) =>
    wrap(row[last] ?? '', room).map((text, i) =>
      i === 0 ? [...row.slice(0, last), text] : [...row.slice(0, last).map(() => ''), text],
    ),
  );
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...rows.map((row) => widthOf(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => {
        const room = ' '.repeat((widths[i] ?? 0) - widthOf(cell));
        return columns[i]?.align === 'right' ? room + cell : cell + room;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width));
  return [columns.map((column) => column.title), rule, ...rows].map(line).join('\n') + '\n';
}

/** Lines of at most `room` characters, broken at blanks. Coloured text is short and stays as it is. */
function wrap(text: string, room: number): readonly string[] {
  if (widthOf(text) <= room) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}

/** A bar that moves on a terminal, and a line now and then elsewhere. */
export interface Progress {
  /** `note` is what there is to say beside the numbers. */
  update(done: number, total: number, unit: string, note: string): void;
  /** Ends the bar; what is printed next starts on a line of its own. */
  end(): void;
}

/** How often a bar is drawn, and how often a plain line is written. */
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;

/** Progress on stderr. `nowMs` is the clock. */
export function progress(terminal: Terminal, nowMs: () => number): Progress {
  const startedMs = nowMs();
  let drawnMs = startedMs;
  let drawn = false;
  return {
    update(done, total, unit, note) {
      const now = nowMs();
      const last = done >= total;
      if (now - drawnMs < (terminal.interactive ? BAR_EVERY_MS : LINE_EVERY_MS) && !(last && drawn)) return;
      drawnMs = now;
      const rate = done / Math.max(0.001, (now - startedMs) / 1000);
      const speed = rate < 1 ? '' : `, ${count(rate)} ${unit}/s`;
      const numbers = `${count(done)}/${count(total)} ${unit}${speed}${note === '' ? '' : `, ${note}`}`;
      if (!terminal.interactive) {
        terminal.err(`${numbers}\n`);
        return;
      }
      const room = Math.min(30, terminal.columns - numbers.length - 4);
      const full = Math.round((Math.max(0, room) * done) / Math.max(1, total));
      const bar = room < 5 ? '' : `${'█'.repeat(full)}${'░'.repeat(room - full)} `;
      terminal.err(`\r\x1b[2K${bar}${numbers}`.slice(0, terminal.columns + 5));
      drawn = true;
    },
    end() {
      if (terminal.interactive && drawn) terminal.err('\r\x1b[2K');
      drawn = false;
    },
  };
}
