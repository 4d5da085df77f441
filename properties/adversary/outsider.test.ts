import { describe, expect, test } from 'vitest';
import { execute, randomFromSeed, World, type Attack, type Move, type Step } from '../../engine/index.ts';
import { decodeFrame } from '../../impl/index.ts';
import { harnessOf } from '../harness.ts';
import type { Command, Report } from '../reading.ts';
import { scenarioOf, type TreeScenario } from '../scenario.ts';
import { referenceSubject } from '../subjects/reference.ts';
import { isRejection } from './captured.test-helper.ts';
import { forge, FORGED } from './forge.ts';
import { MALFORMED, noise, spoil } from './malformed.ts';
import { outsiderAdversary, OUTSIDER_MOVES } from './outsider.ts';

const scenario = scenarioOf({ topology: 'sharded', k: 2, routers: 1, clients: 2 });
const harness = harnessOf(referenceSubject);
const kindOf = (frame: Uint8Array) => referenceSubject.kindOf(frame);
const PUT = { type: 'put', key: 'k', value: 'v' } as const;

/** A formed tree, one epoch old, in which everybody has written something. */
function formed(observe?: (step: Step<Uint8Array, Command, Report>) => void) {
  const world = new World<Uint8Array, Command, Report, TreeScenario>(
    referenceSubject,
    scenario,
    outsiderAdversary,
    observe === undefined ? {} : { observe },
  );
  const cause = { kind: 'fair', phase: 'schedule' } as const;
  world.startAll(cause);
  world.elapse(scenario.prologueMs, cause);
  for (const node of ['c1', 'c2']) world.command(node, { type: 'put', key: 'k', value: node }, cause);
  world.elapse(7000, cause);
  return world;
}

/** Frames of an attack, as bytes that compare. */
const made = (world: ReturnType<typeof formed>, attack: Attack) =>
  outsiderAdversary
    .make(world, attack)
    .map(({ from, to, frame }) => ({ from, to, frame: Buffer.from(frame).toString('hex') }));

describe('the outsider', () => {
  test('proposes every kind of attack, forges every kind of message, spoils in every way', () => {
    const world = formed();
    const random = randomFromSeed(1);
    const seen = new Set<string>();
    for (let index = 0; index < 1500; index += 1) {
      const attack = outsiderAdversary.propose(world, random, ['outsider']);
      seen.add(attack?.kind ?? 'nothing');
      if (attack?.kind === 'forge') seen.add(`forge ${String(attack['message'])}`);
      if (attack?.kind === 'malformed') seen.add(`malformed ${String(attack['how'])}`);
    }
    const expected = [
      ...Object.keys(OUTSIDER_MOVES),
      ...FORGED.map((message) => `forge ${message}`),
      ...MALFORMED.map((how) => `malformed ${how}`),
    ];
    expect([...seen].toSorted()).toEqual(expected.toSorted());
  });

  test('lies only with an insider’s keys, and with nothing else does nothing else', () => {
    const world = formed();
    const random = randomFromSeed(3);
    const kinds = (...capabilities: ('outsider' | 'insider')[]) =>
      new Set(
        Array.from({ length: 300 }, () => outsiderAdversary.propose(world, random, capabilities)?.kind),
      );
    expect(kinds('outsider')).not.toContain('lie');
    expect(kinds('insider')).toEqual(new Set(['lie', 'misuse']));
    expect(kinds('outsider', 'insider')).toContain('lie');
  });

  test('makes the same of an attack every time, and of its JSON', () => {
    const world = formed();
    const random = randomFromSeed(2);
    let frames = 0;
    for (let index = 0; index < 300; index += 1) {
      const attack = outsiderAdversary.propose(world, random, ['outsider']);
      if (attack === undefined) throw new Error('nothing proposed');
      const first = made(world, attack);
      expect(made(formedAgain, JSON.parse(JSON.stringify(attack)) as Attack)).toEqual(first);
      frames += first.length;
    }
    expect(frames).toBeGreaterThan(250);
  });
  /** Another world with the same history. */
  const formedAgain = formed();

  test('can attack before anything was seen', () => {
    const world = new World(referenceSubject, scenario, outsiderAdversary);
    const random = randomFromSeed(3);
    for (let index = 0; index < 50; index += 1)
      expect(['forge', 'flood']).toContain(outsiderAdversary.propose(world, random, ['outsider'])?.kind);
  });

  test.each(FORGED)('forges %s, well-formed and timely', (message) => {
    const world = formed();
    for (const [as, to] of [
      ['C', 'r1'],
      ['r1', 'C'],
      ['r1', 'c1'],
      ['c1', 'r1'],
      ['c1', 'C'],
      ['C', 'c1'],
    ] as const) {
      for (let salt = 0; salt < 6; salt += 1) {
        const [injection] = outsiderAdversary.make(world, { kind: 'forge', message, as, to, salt });
        expect(injection).toMatchObject({ from: as, to });
        expect(kindOf(injection!.frame)).toBe(message);
        const frame = decodeFrame(injection!.frame);
        // On the present link, with a counter that is fresh.
        const last = world.seen.findLast(
          (flight) => flight.from === as && flight.to === to && flight.kind === 'heartbeat',
        );
        if (frame.kind !== 'link' || last === undefined) continue;
        const genuine = decodeFrame(last.frame);
        if (genuine.kind !== 'link') throw new Error('a heartbeat on no link');
        expect(frame.link).toBe(genuine.link);
        expect(frame.counter).toBeGreaterThan(genuine.counter);
      }
    }
  });

  test('replays what it saw, to its receiver or another; floods with joins of strangers', () => {
    const world = formed();
    const flight = world.seen.find(({ kind }) => kind === 'placement')!;
    const { id, from, to, frame } = flight;
    expect(outsiderAdversary.make(world, { kind: 'replay', message: id })).toEqual([{ from, to, frame }]);
    expect(outsiderAdversary.make(world, { kind: 'replay', message: id, to: 'c2' })).toEqual([
      { from, to: 'c2', frame },
    ]);
    const flood = outsiderAdversary.make(world, { kind: 'flood', joins: 5, salt: 1 });
    expect(flood.map((join) => [join.to, kindOf(join.frame)])).toEqual(Array(5).fill(['C', 'join']));
    expect(new Set(flood.map((join) => join.from)).size).toBe(5);
    for (const { from: stranger } of flood) expect(scenario.nodes).not.toContain(stranger);
    expect(outsiderAdversary.make(world, { kind: 'flood', joins: 1e9, salt: 1 }).length).toBeLessThanOrEqual(
      8,
    );
  });

  test.each<Attack>([
    { kind: 'dance' },
    { kind: 'tamper', message: 'r9>c9 data #1', field: [1], salt: 0 },
    { kind: 'replay', message: 'gibberish' },
    { kind: 'splice', message: 'r1>C join #1', donor: 'r9>c9 data #1', field: [1] },
    { kind: 'splice', message: 'r1>C join #1', donor: 'c1>C join #1', field: [1, 99] },
    { kind: 'spoof', message: 'r1>C join #1', as: 'r1' },
    { kind: 'tamper', message: 'r1>C join #1' },
    { kind: 'tamper', message: 'r1>C join #1', field: 'x', salt: 1.5 },
    { kind: 'replay' },
    { kind: 'forge', message: 'telegram', as: 'c1', to: 'C', salt: 1 },
    { kind: 'forge', message: 'join', as: 'a name that is none', to: 'C', salt: 1 },
    { kind: 'forge', message: 'data', as: 'c1', to: 'C', salt: -1.5 },
    { kind: 'malformed', how: 'burnt', message: 'r1>C join #1', to: 'C', salt: 1 },
    { kind: 'flood' },
  ])('makes nothing of what refers to nothing: %o', (attack) => {
    expect(outsiderAdversary.make(formedAgain, attack) ?? []).toEqual([]);
  });

  test('cannot be stopped by junk on the wire', () => {
    const junk = { id: 'it', kind: 'junk', from: 'C', to: 'c1', frame: new Uint8Array([255]), sentMs: 0 };
    const view = {
      scenario,
      nowMs: 0,
      isUp: () => true,
      inFlight: [],
      seen: [junk, { ...junk, id: 'other' }],
      find: () => junk,
    };
    const random = randomFromSeed(4);
    for (let index = 0; index < 300; index += 1) {
      const attack = outsiderAdversary.propose(view, random, ['outsider', 'insider']);
      if (attack !== undefined) outsiderAdversary.make(view, attack);
    }
  });
});

describe('whatever the outsider makes', () => {
  test('of its own is rejected: every kind of message, between any two nodes', () => {
    const pairs = scenario.nodes.flatMap((as) => scenario.nodes.map((to) => [as, to] as const));
    const forgeries = FORGED.flatMap((message) =>
      pairs.flatMap(([as, to]) =>
        [0, 1].map((salt): Move<Command> => ({
          move: 'attack',
          attack: { kind: 'forge', message, as, to, salt },
        })),
      ),
    );
    const run = execute(harness, scenario, [{ move: 'elapse', ms: 7000 }, ...forgeries], { keepTrace: true });
    expect(run.violations).toEqual([]);
    expect(attacked(run.trace).filter(({ outputs }) => isRejection(outputs))).toHaveLength(forgeries.length);
  });

  test('of what it saw is rejected, but for copies', () => {
    const reactions: Step<Uint8Array, Command, Report>[] = [];
    const world = formed((step) => reactions.push(step));
    const random = randomFromSeed(5);
    const apply = (move: Move<Command>) => world.apply(move, { kind: 'move', index: 0, move });
    for (let index = 0; index < 1000; index += 1) {
      if (random.chance(5)) apply({ move: 'command', node: random.pick(['c1', 'c2']), command: PUT });
      if (random.chance(30)) apply({ move: 'elapse', ms: random.int(1, 500) });
      if (random.chance(20) && world.inFlight.length > 0)
        apply({ move: 'drop', message: random.pick(world.inFlight).id });
      const attack = outsiderAdversary.propose(world, random, ['outsider']);
      if (attack !== undefined && attack.kind !== 'replay') apply({ move: 'attack', attack });
    }
    const attacks = attacked(reactions);
    expect(attacks.length).toBeGreaterThan(500);
    for (const { attack, outputs } of attacks)
      expect(isRejection(outputs), JSON.stringify(attack)).toBe(true);
  });
});

/** Reactions to attacks. */
function attacked(trace: readonly Step<Uint8Array, Command, Report>[] = []) {
  return trace.filter((step) => step.kind === 'reaction').filter(({ attack }) => attack !== undefined);
}

describe('malformed bytes', () => {
  const genuine = Buffer.from(forge('data', 'c1', 'r1', { version: 1, link: 1, counter: 0, epoch: 1, incarnation: 1, own: 1, birth: new Uint8Array(16) }, 1)); // prettier-ignore

  test.each(MALFORMED)('%s are no frame, whatever the salt', (how) => {
    for (let salt = 0; salt < 200; salt += 1) {
      const bytes = spoil(genuine, how, salt);
      expect(Buffer.compare(bytes, spoil(genuine, how, salt))).toBe(0);
      expect(kindOf(bytes)).toBe('junk');
    }
  });

  test('are many: noise is a function of its salt', () => {
    const hex = (salt: number) => Buffer.from(noise(salt, 16)).toString('hex');
    expect(new Set(Array.from({ length: 500 }, (_, salt) => hex(salt))).size).toBe(500);
    expect(hex(7)).toBe(hex(7));
  });
});
