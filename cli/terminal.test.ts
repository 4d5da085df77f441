import { expect, test } from 'vitest';
import { recordingTerminal } from './recording-terminal.test-helper.ts';
import { duration, paint, plural, progress, table } from './terminal.ts';

test('tables align, colours take no room, and the last column wraps where there is an edge', () => {
  const rows = [
    ['a', paint('1', 'red', true), 'one two three four five six seven eight'],
    ['long', '22', ''],
  ];
  const columns = [{ title: 'id' }, { title: 'n', align: 'right' as const }, { title: 'text' }];
  const lines = table(columns, rows, 40).split('\n');
  expect(lines[0]).toBe('id     n  text');
  expect(lines[2]).toContain('one two three four five six');
  expect(lines[3]).toBe('          seven eight');
  expect(lines[4]).toBe('long  22');
  expect(table(columns, rows).split('\n')).toHaveLength(5);
});

test('numbers read well', () => {
  expect(plural(1, 'run')).toBe('1 run');
  expect(plural(12_345, 'run')).toBe('12,345 runs');
  expect(duration(12_340)).toBe('12.3 s');
  expect(duration(125_000)).toBe('2 min 5 s');
});

test('progress: a bar on a terminal, a line now and then elsewhere', () => {
  let now = 0;
  const screen = recordingTerminal({ interactive: true });
  const bar = progress(screen, () => now);
  now = 1000;
  bar.update(50, 100, 'runs', 'nothing found');
  expect(screen.stderr()).toBe(
    `\r\x1b[2K${'█'.repeat(15)}${'░'.repeat(15)} 50/100 runs, 50 runs/s, nothing found`,
  );
  bar.end();
  expect(screen.stderr().endsWith('\r\x1b[2K')).toBe(true);

  now = 0;
  const log = recordingTerminal();
  const lines = progress(log, () => now);
  for (now = 500; now <= 12_000; now += 500) lines.update(now / 500, 24, 'runs', '');
  lines.end();
  expect(log.stderr()).toBe('10/24 runs, 2 runs/s\n20/24 runs, 2 runs/s\n');
});
