/** What is said of steps that are left out. */
import { describe, expect, test } from 'vitest';
import type { Message } from '../../model/index.ts';
import { EpochsSeen } from './epochs.ts';
import type { Effect } from './effects.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { Retries } from './retries.ts';
import { bare } from './terms.ts';
import { flatTextOf, storyOfFile } from './told.test-helper.ts';

/** Steps of which only what is given counts. */
function runOf(...parts: Partial<Observed>[]): ObservedRun {
  const steps = parts.map((part, index) => ({
    index,
    effects: [],
    situation: { parents: new Map() },
    seen: { kind: 'event' },
    up: new Set(['C', 'c1', 'c2']),
    ...part,
  })) as unknown as Observed[];
  return { steps, fates: new Map(), sentAt: new Map(), messages: new Map() };
}

const reports = (report: object): Effect => ({ kind: 'report', report }) as Effect;
const sends = (to: string, message: object): Effect => ({ kind: 'send', to, message: message as Message });

describe('epochs', () => {
  const PUT = { node: 'c1', effects: [reports({ type: 'put', capsule: 'c1/1', seq: 1 })] };
  const READ = { node: 'c2', effects: [reports({ type: 'delivered', capsule: 'c1/1', seq: 1 })] };
  const OPENS = { node: 'C', effects: [reports({ type: 'epoch-opened', epoch: 1 })] };
  const frontier = [{ capsule: 'c1/1', seq: 1 }];
  const CLOSES = {
    node: 'C',
    effects: [
      reports({ type: 'epoch-closed', epoch: 1, answered: ['c1', 'c2'] }),
      sends('c1', { type: 'sync', epoch: 1, frontier, from: 'C', to: 'c1', link: 1 }),
    ],
  };

  test('find nothing missing only where nobody lacks what the frontier tells of', () => {
    const find = (...parts: Partial<Observed>[]): boolean => {
      const run = runOf(...parts);
      return new EpochsSeen(run).findNothing(run.steps.filter(({ node }) => node === 'C'));
    };
    expect(find(PUT, READ, OPENS, CLOSES)).toBe(true);
    expect(find(PUT, OPENS, CLOSES)).toBe(false);
    // Not over yet.
    expect(find(PUT, READ, OPENS)).toBe(false);
    // Who is down lacks nothing.
    expect(find(PUT, OPENS, { ...CLOSES, up: new Set(['C', 'c1']) })).toBe(true);
  });

  test('of a story in which something is missing are not said to find nothing', async () => {
    const text = flatTextOf(await storyOfFile('mutant-strands-whoever-waits--resync'));
    const afterMoves = text.slice(text.indexOf('The faults end'));
    expect(afterMoves).toContain('epochs (6 steps)');
    expect(afterMoves).not.toContain('find nothing missing');
  });
});

describe('retries', () => {
  const join = { node: 'c2', effects: [sends('C', { type: 'join' })] };
  const probe = { node: 'C', effects: [sends('r1', { type: 'probe' })] };
  const { steps } = runOf(join, join, probe);
  const [asks, again, probes] = steps as [Observed, Observed, Observed];

  test('of those that something is awaited for are counted', () => {
    const retries = new Retries('c2 is placed under r1, which is down');
    expect(retries.words([asks, again, probes]).map(bare)).toEqual([
      'c2 asks C for a place twice (Join)',
      'C asks r1 whether it is alive once (Probe)',
    ]);
    expect(new Retries('c3 has no place').words([asks, again])).toEqual([]);
    expect(new Retries(undefined).words([asks])).toEqual([]);
  });

  test('that do not come after one that is told: never', () => {
    const retries = new Retries('c2 has no place');
    retries.tell(asks);
    expect(retries.words([probes]).map(bare)).toEqual(['c2 never asks C for a place again (Join)']);
  });

  test('are told in the long time in which nothing comes of them', async () => {
    expect(flatTextOf(await storyOfFile('mutant-never-buries-the-dead'))).toMatch(
      /in all this time C asks r1 whether it is alive 42 times \(Probe\) and c2 asks C for a place 42 times/,
    );
  });
});

test('steps left out have a line wherever they are more than heartbeats', async () => {
  const story = await storyOfFile('mutant-strands-whoever-waits--resync');
  const text = flatTextOf(story);
  for (const beat of story.telling.beats)
    if (beat.kind === 'folded' && !beat.isQuiet) expect(text).toContain(`⋮ ${bare(beat.text)}`);
  expect(text).toContain('⋮ (+0.02 s) epochs (1 step)');
});
