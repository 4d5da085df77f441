import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printCounterexample, type Counterexample } from '../properties/counterexample.ts';
import { namedScenario } from '../properties/scenario.ts';
import { explain, type ExplainOptions } from './explain.ts';
import { contextOf } from './fake-kit.test-helper.ts';
import { loadKit, type Kit } from './kit.ts';
import { recordingTerminal } from './recording-terminal.test-helper.ts';
import type { Terminal } from './terminal.ts';

const PAIR = namedScenario('pair')!;

/** A client that crashed hands what it had stored to its enclave once more. */
const AGAIN: Counterexample = {
  format: 'psl-verify/counterexample',
  version: 2,
  kit: '0.1.0',
  subject: 'mutant:enters-enclave-after-restart',
  property: 'enclave-economy',
  title: 'again',
  seed: 1,
  run: 0,
  capabilities: ['churn'],
  violation: {
    verdict: 'violated',
    message: 'c2 entered its enclave again for c2/1#1',
    step: 19,
    node: 'c2',
  },
  digest: 'ab',
  scenario: PAIR,
  moves: [
    { move: 'command', node: 'c2', command: { type: 'put', key: 'user0', value: 'D<baD(>0' } },
    { move: 'crash', node: 'c2' },
    { move: 'restart', node: 'c2', memory: 'durable' },
  ],
};

let folder: string;
let kit: Kit;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'psl-explain-'));
  kit = await loadKit();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Explains a counterexample. Returns the exit status and what was printed. */
async function explained(
  more: Partial<Counterexample> = {},
  options: ExplainOptions = {},
  terminal: Partial<Terminal> = {},
) {
  const file = join(folder, 'found.json');
  writeFileSync(file, printCounterexample({ ...AGAIN, ...more }));
  const printed = recordingTerminal(terminal);
  const status = await explain({ ...contextOf(kit), terminal: printed }, file, options);
  return { status, file, stdout: printed.stdout(), stderr: printed.stderr() };
}

const TEXT = `enclave-economy is broken on mutant:enters-enclave-after-restart
  The subject is a mutant: the reference with one thing wrong. Here, a client
  that restarts hands every stored record to its enclave again.
  (client: a worker that reads and writes; always a leaf; record: a signed,
  encrypted, numbered entry in the log of one writer; enclave: the trusted part
  of a client, which holds its copy of the store)

What must hold
  A client’s enclave is entered exactly once per genuine record it delivers and
  for nothing else.
  In plain words: Entering an enclave is expensive: it happens once for each new
  record, and for nothing else.

What happens
  c2 entered its enclave again for c2/1#1. The first wrong step is 3 (at 1.500
  s): by its statechart, c2 should not have delivered record c2/1#1 to its
  enclave.
  (statechart: the state machine that says what a correct node may do)

Who is there
  C is the coordinator.
  (coordinator: the root of the tree, which alone decides its shape)
  c1 and c2 are clients.
  Nobody has more than K = 2 children.
  c2/1#1 is the 1st record in the capsule that c2 began in incarnation 1.
  (capsule: the log of one writer in one incarnation; incarnation: the number of
  a node’s life, which no two lives may share)
  The tree when the first move is made (version 2):
    C
    ├─ c1
    └─ c2

The story
             ⋮  (+1.5 s) the tree forms (7 steps), placements are confirmed (2
                steps), and heartbeats (7 steps)
  1   1.500 s   [move 1] The application at c2 puts user0 = "D<baD(>0"; c2
                writes record c2/1#1, and sends it to C.
  2   1.500 s   [move 2] c2 crashes.
  3   1.500 s ✗ [move 3] c2 starts again with its storage, delivers record
                c2/1#1 to its enclave, and asks C for a place (Join as a
                restarted node in incarnation 2).
                (Join: a node asks the coordinator for a place)
                By its statechart, c2 should not have delivered record c2/1#1 to
                its enclave.
                Here enclave-economy breaks: c2 entered its enclave again for
                c2/1#1.

The same in a picture
                    c2
   (+1.5 s)         ⋮
 1   1.500          ● put
 2   1.500          ● crashes
 3   1.500          ✗ starts
  ● a step   ◆ not what the statechart says   ✗ here it breaks
  ⋮ steps left out, which --all shows

The moves, and why each is needed
  Each is needed: where nothing else is said, the property holds without it.
  1  The application at c2 puts user0 = "D<baD(>0". Without it there is nothing
     to check.
  2  c2 crashes.
  3  c2 starts again, with its storage.

What the reference does on the same moves
  Up to 1.500 s it does the same. Then:
      1.500 s   c2 starts again with its storage and asks C for a place (Join as
                a restarted node in incarnation 2).
  The property holds to the end of that run.
`;

describe('text', () => {
  test('of a small counterexample, word for word', async () => {
    const { status, stdout, stderr } = await explained();
    expect(stdout).toBe(TEXT);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('has colours on a terminal only, and ASCII where there is nothing else', async () => {
    const { stdout } = await explained({}, {}, { outColour: true });
    expect(stdout).toContain('\u001B[31m');
    const { stdout: ascii } = await explained({}, {}, { outUnicode: false });
    expect(Array.from(ascii).filter((letter) => letter > '~')).toEqual([]);
    expect(ascii).toContain('    |- c1\n    `- c2');
    expect(ascii).toMatch(/^ 3 {3}1\.500 {10}X starts$/m);
  });

  test('keeps to the width of the terminal', async () => {
    for (const outColumns of [66, 80, 200]) {
      const { stdout } = await explained({}, {}, { outColumns });
      const widest = Math.max(...stdout.split('\n').map((line) => line.length));
      expect(widest).toBeLessThanOrEqual(Math.min(outColumns, 100));
      expect(widest).toBeGreaterThan(Math.min(outColumns, 100) - 12);
    }
  });

  test('--all tells the routine, too', async () => {
    const { stdout } = await explained({}, { all: true });
    expect(stdout).not.toContain('heartbeats (7 steps)');
    expect(stdout).toContain('C greets c1 and c2 (Heartbeat).');
    expect(stdout.match(/^ {1,2}\d+ +\d+\.\d{3} s/gm)?.length).toBeGreaterThan(12);
    expect(stdout).toContain('✗ [move 3]');
  });
});

describe('subjects', () => {
  test('--subject tells of another subject up to the same point', async () => {
    const { status, stdout } = await explained({}, { subject: 'reference' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^enclave-economy holds on reference\n/);
    expect(stdout).toContain('On this subject the property holds, to the end of the run.');
    expect(stdout).toMatch(/\[move 3\] c2 starts again with its storage and asks C for a place/);
    expect(stdout).not.toContain('✗ [');
    expect(stdout).not.toContain('Without it');
  });

  test('one of another protocol is told without statecharts', async () => {
    const { stdout } = await explained(
      { property: 'edge-once', scenario: namedScenario('small')! },
      { subject: 'prototype-2021' },
    );
    expect(stdout).toMatch(/\[move 1\] The application at c2 puts user0 = "D<baD\(>0"; c2\s/);
    expect(stdout).not.toMatch(/By its statechart|undefined/);
    const inapplicable = { property: 'placement-authority' };
    await expect(explained(inapplicable, { subject: 'prototype-2021' })).rejects.toThrow(
      /^prototype-2021: placement-authority does not apply to it: /,
    );
  });

  test('exit 1 where the property does not break any more, though the file says so', async () => {
    const { status, stdout, stderr, file } = await explained({ moves: [] });
    expect(status).toBe(1);
    expect(stdout).toMatch(/holds on mutant/);
    expect(stderr).toBe(`psl-verify: ${file} says violated; here it holds\n`);
  });

  test('another subject that is not there, or a file that is none: one line', async () => {
    await expect(explained({}, { subject: 'referenec' })).rejects.toThrow(/--subject: .*did you mean/);
    await expect(explain(contextOf(kit), join(folder, 'none.json'), {})).rejects.toThrow(/no such file/);
    await expect(explained({}, { html: join(folder, 'none', 'a.html') })).rejects.toThrow(/--html: .*none/);
  });
});

describe('certificates', () => {
  test('that of the file is told as it is', async () => {
    const { stdout } = await explained({
      certificate: {
        without: [
          { outcome: 'untested' },
          { outcome: 'stall', property: 'reattachment', message: 'c2 has no place' },
          { outcome: 'same', property: 'enclave-economy', message: 'again' },
        ],
      },
    });
    expect(stdout).toContain('2  c2 crashes. Without it something else is missing in the end');
    expect(stdout).toContain('in the end (reattachment:\n     c2 has no place).');
    expect(stdout).toContain('Without it the property breaks all the\n     same.');
    expect(stdout).not.toContain('The nearest schedule');
  });

  test('that all moves are needed is said once', async () => {
    const holds = { outcome: 'holds' } as const;
    const { stdout } = await explained({ certificate: { without: [holds, holds, holds] } });
    expect(stdout).toContain('Each is needed: without any one of them the property holds.\n  1  The app');
    expect(stdout).not.toContain('Without it');
  });

  test('the nearest schedule is told where something else happens in it', async () => {
    const [put, crash] = AGAIN.moves;
    const without = AGAIN.moves.map(() => ({ outcome: 'holds' }) as const);
    const amnesiac = { move: 'restart', node: 'c2', memory: 'amnesiac' } as const;
    const nearest = {
      changes: [{ change: 'replaced', index: 2, by: amnesiac }],
      moves: [put!, crash!, amnesiac],
    } as const;
    const { stdout } = await explained({ certificate: { without, nearest } });
    expect(stdout).toMatch(/The nearest schedule in which it holds\n {2}Instead of move 3/);
    expect(stdout).toContain('c2 starts again with an empty storage');
    // The same without the move: nothing happens then that the moves do not say already.
    const left = { changes: [{ change: 'left-out', index: 2 }], moves: [put!, crash!] } as const;
    const { stdout: short } = await explained({ certificate: { without, nearest: left } });
    expect(short).not.toContain('The nearest schedule');
  });
});

test('--json prints one object without marks', async () => {
  const { status, stdout, file } = await explained({}, { json: true });
  expect(status).toBe(0);
  const told = JSON.parse(stdout) as { story: { kind: string; steps: number[]; text: string }[] };
  expect(told).toMatchObject({
    command: 'explain',
    file,
    subject: 'mutant:enters-enclave-after-restart',
    property: 'enclave-economy',
    verdict: 'violated',
    node: 'c2',
    k: 2,
    tree: { version: 2, parents: { c1: 'C', c2: 'C' }, pending: [] },
    moves: [{ without: { outcome: 'untested' } }, { without: { outcome: 'holds' } }, {}],
    nearest: {
      changes: ['without move 3 (c2 starts again, with its storage)'],
      difference: 'it never comes to step 3, in which c2 starts',
      partsAtMs: 1500,
    },
  });
  expect(told.story.map(({ kind }) => kind)).toEqual(['folded', 'told', 'told', 'folded', 'told']);
  // Nothing is lost by folding: all steps up to the violation are there, once and in order.
  expect(told.story.flatMap(({ steps }) => steps)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(stdout).not.toMatch(/[\uE000-\uE002]/);
});

test('--html writes a page that loads nothing', async () => {
  const html = join(folder, 'story.html');
  // What a workload writes must not end the page's script.
  const value = '</script><script>alert(1)</script>';
  const put = { move: 'command', node: 'c2', command: { type: 'put', key: 'user0', value } } as const;
  const { status, stdout } = await explained({ moves: [put, ...AGAIN.moves.slice(1)] }, { html });
  expect({ status, stdout }).toEqual({ status: 0, stdout: `wrote ${html}\n` });
  const page = readFileSync(html, 'utf8');
  expect(page.length).toBeLessThan(2_000_000);
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/\b(src|href)="|@import|url\((?!#)|^import |^export /m);
});
