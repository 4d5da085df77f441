import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fc, test as propertyTest } from '@fast-check/vitest';
import { InputError } from './input-error.ts';
import { MAX_TRACE_LINE, parseTrace, TraceFileError } from './trace-file.ts';

describe('parseTrace', () => {
  test('reads puts and gets in order', () => {
    expect(parseTrace('SET k1 a value  with blanks \nGET k1\n', 'a.txt')).toEqual([
      { type: 'put', key: 'k1', value: 'a value  with blanks ' },
      { type: 'get', key: 'k1' },
    ]);
  });

  test('keeps tabs, leading blanks and DEL of a value, and takes CRLF and a missing last line end', () => {
    expect(parseTrace('SET k  \tx\x7f\r\nGET k\r\nGET k', 'a.txt')).toEqual([
      { type: 'put', key: 'k', value: ' \tx\x7f' },
      { type: 'get', key: 'k' },
      { type: 'get', key: 'k' },
    ]);
  });

  test.each([
    ['', 'a.txt: expected at least one operation, got an empty file'],
    ['GET k\n\nGET k\n', 'a.txt:2: expected `SET key value` or `GET key`, got an empty line'],
    ['PUT k v', 'a.txt:1: expected `SET key value` or `GET key`, got "PUT k v"'],
    ['set k v', 'a.txt:1: expected `SET key value` or `GET key`, got "set k v"'],
    [' GET k', 'a.txt:1: expected `SET key value` or `GET key`, got " GET k"'],
    ['GET', 'a.txt:1: expected a key, got none'],
    ['GET k ', 'a.txt:1: expected a key of printable ASCII without blanks, got "k "'],
    ['GET a b', 'a.txt:1: expected a key of printable ASCII without blanks, got "a b"'],
    ['SET', 'a.txt:1: expected a key, got none'],
    ['SET k', 'a.txt:1: expected `SET key value`, got no value'],
    ['SET k ', 'a.txt:1: expected `SET key value`, got no value'],
    ['SET  v', 'a.txt:1: expected a key, got none'],
    ['SET k é', 'a.txt:1: expected a value of printable ASCII and tabs, got "é"'],
    ['SET k a\rb', 'a.txt:1: expected a value of printable ASCII and tabs, got "a\\rb"'],
    [
      `GET ${'k'.repeat(MAX_TRACE_LINE)}`,
      `a.txt:1: expected at most ${MAX_TRACE_LINE} characters in a line, got ${MAX_TRACE_LINE + 4}`,
    ],
  ])('says in one line what is wrong with %j', (text, message) => {
    let thrown: unknown;
    try {
      parseTrace(text, 'a.txt');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TraceFileError);
    expect(thrown).toBeInstanceOf(InputError);
    expect((thrown as TraceFileError).message).toBe(message);
  });

  const key = fc.string({ unit: fc.constantFrom('k', 'K', '9', '!', '~', ':'), minLength: 1 });
  const value = fc.string({ unit: fc.constantFrom('v', 'V', '0', ' ', '\t', '\x7f', '~'), minLength: 1 });
  const operation = fc.oneof(
    fc.record({ type: fc.constant('put' as const), key, value }),
    fc.record({ type: fc.constant('get' as const), key }),
  );
  propertyTest.prop([fc.array(operation, { minLength: 1 })])('reads back what was written', (operations) => {
    const text = operations.map((one) =>
      one.type === 'put' ? `SET ${one.key} ${one.value}\n` : `GET ${one.key}\n`,
    );
    expect(parseTrace(text.join(''), 'a.txt')).toEqual(operations);
  });
});

const real = process.env['PSL_WORKLOADS'];
describe.skipIf(real === undefined || !existsSync(real))('real traces of PSL_WORKLOADS', () => {
  test('ycsb-a-run.txt: ten thousand operations, half of them reads', () => {
    const operations = parseTrace(readFileSync(join(real ?? '', 'ycsb-a-run.txt'), 'utf8'), 'ycsb-a-run.txt');
    expect(operations).toHaveLength(10_000);
    expect(operations.filter((one) => one.type === 'get').length).toBe(5037);
    expect(operations.every((one) => one.type === 'get' || one.value.length === 16)).toBe(true);
  });
});
