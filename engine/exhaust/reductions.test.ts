import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Composition } from './composition.ts';
import { eagerFlaws, symmetryFlaws } from './flaws.ts';
import { localIn } from './layout.ts';
import { pathTo, pathToBroken, successorsOf } from './path.ts';
import {
  BAD,
  tables,
  toyOf,
  type Tables,
  type ToyLocal,
  type ToyMessage,
} from './random-protocol.test-helper.ts';
import { Search, type Reductions, type SearchOptions } from './search.ts';

type Toy = Composition<ToyLocal, ToyMessage>;

/** Larger ones are passed over: there are enough small ones. */
const MAX_STATES = 1_500;
const RUNS = 80;

const REDUCTIONS: readonly Reductions[] = [
  { eager: true },
  { lossIsDelay: true },
  { symmetry: true },
  { eager: true, lossIsDelay: true },
  { eager: true, symmetry: true },
  { lossIsDelay: true, symmetry: true },
  { eager: true, lossIsDelay: true, symmetry: true },
];

function explored(toy: Toy, options: SearchOptions<ToyLocal, ToyMessage> = {}): Search<ToyLocal, ToyMessage> {
  const search = new Search(toy, options);
  search.advance(MAX_STATES);
  fc.pre(search.end !== undefined);
  return search;
}

const whole = (toy: Toy, reductions: Reductions = {}) =>
  explored(toy, { reductions, goesOnWhenBroken: true });

/** The states of a search as texts; `withNetwork` or only what the nodes are in. */
function texts(search: Search<ToyLocal, ToyMessage>, withNetwork: boolean, by: Search<ToyLocal, ToyMessage>) {
  const { compiled, composition, layout } = search;
  const all = new Set<string>();
  for (let index = 0; index < search.states.size; index += 1) {
    const state = search.states.stateAt(index);
    const locals = composition.nodes.map((_, node) => compiled.localOf(node, localIn(state, 0, node)));
    const messages = withNetwork ? messagesIn(search, state) : [];
    all.add(representative(by, locals, messages, withNetwork ? localIn(state, 0, layout.nodes) : 0));
  }
  return all;
}

function messagesIn({ compiled, layout }: Search<ToyLocal, ToyMessage>, state: Int32Array): ToyMessage[] {
  return Array.from({ length: compiled.messageCount }, (_, message) => message)
    .filter((message) => ((state[layout.networkAt + (message >> 5)] ?? 0) & (1 << (message & 31))) !== 0)
    .map((message) => compiled.messageOf(message));
}

/** The least text among those of a state and its images, computed without the engine's tables. */
function representative(
  { composition, reductions }: Search<ToyLocal, ToyMessage>,
  locals: readonly ToyLocal[],
  messages: readonly ToyMessage[],
  spent: number,
): string {
  const textOf = (all: readonly ToyLocal[], flying: readonly ToyMessage[]) =>
    JSON.stringify([
      all.map((local, node) => composition.localKey(node, local)),
      flying.map((message) => composition.messageKey(message)).toSorted(),
      spent,
    ]);
  const images = (reductions.symmetry === true ? (composition.symmetries ?? []) : []).map((symmetry) => {
    const renamed: ToyLocal[] = [];
    locals.forEach((local, node) => (renamed[symmetry.nodes[node] ?? 0] = symmetry.local(node, local)));
    return textOf(
      renamed,
      messages.map((message) => symmetry.message(message)),
    );
  });
  return [textOf(locals, messages), ...images].toSorted()[0] ?? '';
}

describe('reductions, on random protocols', () => {
  it('never change a verdict', () => {
    let broken = 0;
    let holding = 0;
    fc.assert(
      fc.property(tables, (drawn) => {
        const toy = toyOf(drawn);
        for (const invariant of toy.invariants) {
          const one = { ...toy, invariants: [invariant] };
          const expected = explored(one).found?.property;
          if (expected === undefined) holding += 1;
          else broken += 1;
          for (const reductions of REDUCTIONS)
            expect(explored(one, { reductions }).found?.property, JSON.stringify(reductions)).toBe(expected);
        }
      }),
      { numRuns: RUNS, seed: 1 },
    );
    // Both verdicts were compared often enough to mean something.
    expect(Math.min(broken, holding)).toBeGreaterThan(RUNS / 10);
  });

  it('reach the same states as far as they must: losses are delays, names do not count', () => {
    fc.assert(
      fc.property(tables, (drawn) => {
        const toy = toyOf(drawn);
        const off = whole(toy);
        const delayed = whole(toy, { lossIsDelay: true });
        expect(texts(delayed, false, off)).toEqual(texts(off, false, off));
        const symmetric = whole(toy, { symmetry: true });
        expect(texts(symmetric, true, symmetric)).toEqual(texts(off, true, symmetric));
        expect(symmetric.states.size).toBe(texts(off, true, symmetric).size);
        const eager = whole(toy, { eager: true });
        const all = texts(off, true, off);
        expect([...texts(eager, true, off)].filter((text) => !all.has(text))).toEqual([]);
      }),
      { numRuns: RUNS, seed: 2 },
    );
  });

  it('are declared truthfully', () => {
    fc.assert(
      fc.property(tables, (drawn) => {
        const toy = toyOf(drawn);
        expect(eagerFlaws(whole(toy))).toEqual([]);
        expect(symmetryFlaws(whole(toy, { symmetry: true }).compiled)).toEqual([]);
      }),
      { numRuns: 30, seed: 3 },
    );
  });
});

/** A client asks, the server notes all others and turns bad on the second question. */
const CHAIN: Tables = {
  clients: 2,
  losses: 1,
  server: [
    [{ value: 1, answers: [0], toOthers: [], notes: true }, null],
    [{ value: BAD, answers: [], toOthers: [], notes: true }, null],
    [null, null],
  ],
  client: [
    [{ value: 1, asks: [0] }, null],
    [{ value: BAD, asks: [] }, null],
    [null, null],
  ],
  act: Array.from({ length: 3 }, () => ({ value: 0, asks: [], budget: true })),
};

describe('what is declared wrongly', () => {
  it('shows as flaws', () => {
    const toy = toyOf(CHAIN);
    const allEager = { ...toy, eager: () => true };
    expect(eagerFlaws(whole(allEager)).join()).toContain('sends');
    const [symmetry] = toy.symmetries ?? [];
    if (symmetry === undefined) throw new Error('no symmetry');
    const unequal: Toy = {
      ...toy,
      receive: (node, local, message) =>
        node === 1 && message.kind === 'answer' ? { local, sends: [] } : toy.receive(node, local, message),
    };
    expect(symmetryFlaws(whole(unequal, { symmetry: true }).compiled).join()).toContain(
      'does something else',
    );
  });
});

describe('paths', () => {
  it('lead to what is broken, as short as without reductions unless something is taken at once', () => {
    let seen = 0;
    fc.assert(
      fc.property(tables, (drawn) => {
        const toy = toyOf(drawn);
        const off = explored(toy, { keepsParents: true });
        if (off.found === undefined) return;
        seen += 1;
        const shortest = pathToBroken(off);
        expect(shortest?.steps.length).toBe(off.progress.depth + 1);
        for (const reductions of REDUCTIONS) {
          const search = explored(toy, { reductions, keepsParents: true });
          const path = pathToBroken(search);
          if (path === undefined) throw new Error('not found');
          const taken = path.steps.filter((step) => !('isEager' in step));
          if (reductions.eager !== true) expect(taken.length).toBe(shortest?.steps.length);
          else expect(taken.length).toBeLessThanOrEqual(shortest?.steps.length ?? 0);
          // Step by step, without the search: each is possible, and the end is broken.
          let state = search.firstState(0);
          for (const step of path.steps) {
            const next = successorsOf(search, state).find(
              (one) => JSON.stringify(one.step) === JSON.stringify({ ...step, isEager: undefined }),
            );
            if (next === undefined) throw new Error(`${JSON.stringify(step)} is not possible`);
            state = next.state;
          }
          const judge = new Search(toy, { from: [search.widened(state)], compiled: search.compiled });
          expect(judge.found).toBeDefined();
        }
      }),
      { numRuns: RUNS, seed: 4 },
    );
    expect(seen).toBeGreaterThan(RUNS / 10);
  });

  it('need parents', () => {
    const search = whole(toyOf(CHAIN));
    expect(() => pathTo(search, search.states.size - 1)).toThrow('keeps no parents');
  });
});

describe('bounds', () => {
  it('memory ends a search without a verdict', () => {
    const search = new Search(toyOf(CHAIN), { maxBytes: 1 });
    expect(search.run()).toBe('memory');
    expect(search.found).toBeUndefined();
  });

  it('budgets fit their bits', () => {
    const toy = toyOf(CHAIN);
    expect(() => new Search({ ...toy, budgets: [{ name: 'losses', max: 16 }] })).toThrow('budgets');
  });
});
