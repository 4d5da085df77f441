/**
 * Trace files: what applications did, one operation a line.
 *
 *     SET key value up to the end of the line
 *     GET key
 *
 * One space separates the parts. A key has no blanks; a value is the rest of the line as it stands, blanks, tabs and
 * DEL (which YCSB's own value generator makes) included. Lines end in LF or CRLF. Nothing else is tolerated: a trace that
 * is read with a part of it ignored is another trace.
 */
import { InputError } from './input-error.ts';
import type { Operation } from './workload.ts';

/** Longest line of a trace file, in characters. */
export const MAX_TRACE_LINE = 4096;
/** Largest trace file, in characters. */
export const MAX_TRACE_SIZE = 64 * 1024 * 1024;

/** A trace file that is not one: names the file, the line (from 1; 0 for the file as a whole) and what was expected. */
export class TraceFileError extends InputError {
  override readonly name = 'TraceFileError';
  readonly file: string;
  readonly line: number;
  readonly expected: string;

  constructor(file: string, line: number, expected: string, got: string) {
    super(line === 0 ? file : `${file}:${line}`, `expected ${expected}, got ${got}`);
    this.file = file;
    this.line = line;
    this.expected = expected;
  }
}

const KEY = /^[\x21-\x7e]+$/;
const VALUE = /^[\t\x20-\x7f]+$/;

/** Parses the text of a trace file. `file` is only for messages. Throws TraceFileError. */
export function parseTrace(text: string, file: string): readonly Operation[] {
  if (text.length > MAX_TRACE_SIZE)
    throw new TraceFileError(file, 0, `at most ${MAX_TRACE_SIZE} characters`, `${text.length}`);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new TraceFileError(file, 0, 'at least one operation', 'an empty file');
  return lines.map((line, index) =>
    parseLine(line.endsWith('\r') ? line.slice(0, -1) : line, file, index + 1),
  );
}

function parseLine(text: string, file: string, line: number): Operation {
  if (text.length > MAX_TRACE_LINE)
    throw new TraceFileError(file, line, `at most ${MAX_TRACE_LINE} characters in a line`, `${text.length}`);
  const verb = upToSpace(text);
  const rest = text.slice(verb.length + 1);
  switch (verb) {
    case 'SET': {
      const key = parseKey(upToSpace(rest), file, line);
      const value = rest.slice(key.length + 1);
      if (value === '') throw new TraceFileError(file, line, '`SET key value`', 'no value');
      if (!VALUE.test(value))
        throw new TraceFileError(file, line, 'a value of printable ASCII and tabs', quote(value));
      return { type: 'put', key, value };
    }
    case 'GET':
      return { type: 'get', key: parseKey(rest, file, line) };
    default:
      throw new TraceFileError(
        file,
        line,
        '`SET key value` or `GET key`',
        text === '' ? 'an empty line' : quote(text),
      );
  }
}

function parseKey(key: string, file: string, line: number): string {
  if (key === '') throw new TraceFileError(file, line, 'a key', 'none');
  if (!KEY.test(key))
    throw new TraceFileError(file, line, 'a key of printable ASCII without blanks', quote(key));
  return key;
}

function upToSpace(text: string): string {
  const end = text.indexOf(' ');
  return end === -1 ? text : text.slice(0, end);
}

/** A short, printable rendering of what a line says. */
function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
