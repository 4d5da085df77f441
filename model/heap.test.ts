import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byPosition, heapTree } from './heap.ts';
import { roleOf } from './events.ts';
import type { NodeName, Tree } from './messages.ts';
import { admissible, areAdjacent, depthOf, heapDepth, nodesWithFreeSlot } from './tree.ts';
import type { Cause } from './tree.ts';

const EMPTY: Tree = { parents: {}, pending: [] };

/** Picks by index, so that every choice names something. */
interface Pick {
  readonly kind: 'join' | 'removal' | 'break';
  readonly node: NodeName;
  readonly index: number;
  readonly isUpward: boolean;
}

const node = fc
  .tuple(fc.constantFrom('r', 'c', 'c'), fc.integer({ min: 1, max: 12 }))
  .map(([role, number]) => `${role}${number}`);

const picks = fc.array(
  fc.record<Pick>({
    kind: fc.constantFrom('join', 'join', 'join', 'removal', 'break'),
    node,
    index: fc.nat({ max: 1000 }),
    isUpward: fc.boolean(),
  }),
  { maxLength: 60 },
);

/** What the pick does to this tree; undefined if nothing. */
function causeOf(tree: Tree, { kind, node, index, isUpward }: Pick, k: number): Cause | undefined {
  const placed = Object.keys(tree.parents);
  if (kind === 'join') {
    if (placed.includes(node)) return undefined;
    // The coordinator makes such a client pending, without a change of the tree.
    if (roleOf(node) === 'client' && nodesWithFreeSlot(tree, k).length === 0) return undefined;
    return { kind, node };
  }
  const chosen = placed[index % Math.max(1, placed.length)];
  if (chosen === undefined) return undefined;
  if (kind === 'removal') return { kind, node: chosen };
  const parent = tree.parents[chosen] ?? '';
  return isUpward ? { kind, reporter: chosen, other: parent } : { kind, reporter: parent, other: chosen };
}

/** Trees of a random history, with what each step was about. */
function* history(k: number, steps: readonly Pick[]) {
  let tree = EMPTY;
  for (const pick of steps) {
    const isRefused =
      pick.kind === 'join' &&
      roleOf(pick.node) === 'client' &&
      !(pick.node in tree.parents) &&
      nodesWithFreeSlot(tree, k).length === 0;
    if (isRefused && !tree.pending.includes(pick.node)) {
      tree = { ...tree, pending: [...tree.pending, pick.node].toSorted() };
    }
    const cause = causeOf(tree, pick, k);
    if (!cause) continue;
    const after = heapTree(tree, cause, k);
    yield { before: tree, after, cause, k };
    tree = after;
  }
}

const histories = [fc.integer({ min: 2, max: 4 }), picks] as const;

describe('the heap policy', () => {
  test('only takes admissible trees', () => {
    fc.assert(
      fc.property(...histories, (k, steps) => {
        for (const change of history(k, steps)) expect(admissible(change)).toBeUndefined();
      }),
      { numRuns: 400 },
    );
  });

  test('keeps the routers a complete heap', () => {
    fc.assert(
      fc.property(...histories, (k, steps) => {
        for (const { after } of history(k, steps)) {
          const order = byPosition(after.parents);
          for (const [position, router] of order.entries()) {
            if (position > 0) expect(after.parents[router]).toBe(order[Math.floor((position - 1) / k)]);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('keeps every node within depth and K, and nobody waits beside a free slot', () => {
    fc.assert(
      fc.property(...histories, (k, steps) => {
        for (const { after } of history(k, steps)) {
          const nodes = Object.keys(after.parents);
          const routers = nodes.filter((one) => roleOf(one) === 'router').length;
          for (const one of nodes) {
            expect(depthOf(after, one)).toBeLessThanOrEqual(heapDepth(k, routers) + 1);
            expect(nodes.filter((other) => after.parents[other] === one).length).toBeLessThanOrEqual(k);
          }
          if (after.pending.length > 0) expect(nodesWithFreeSlot(after, k)).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('parts the ends of an edge that a router reported, if another router is there that helps', () => {
    const tree: Tree = { parents: { r1: 'C', r2: 'C', r3: 'r1', r4: 'r1', r5: 'r2' }, pending: [] };
    const after = heapTree(tree, { kind: 'break', reporter: 'r3', other: 'r1' }, 2);
    expect(areAdjacent(after, 'r3', 'r1')).toBe(false);
    expect(after.parents).toEqual({ r1: 'C', r2: 'C', r3: 'r2', r4: 'r1', r5: 'r1' });
  });

  test('moves the other end if the coordinator reported', () => {
    const tree: Tree = { parents: { c1: 'C', r1: 'C' }, pending: [] };
    expect(heapTree(tree, { kind: 'break', reporter: 'C', other: 'c1' }, 2).parents['c1']).toBe('r1');
  });

  test('keeps a client where it is if nobody else has room', () => {
    const tree: Tree = { parents: { c1: 'C' }, pending: [] };
    expect(heapTree(tree, { kind: 'break', reporter: 'c1', other: 'C' }, 2)).toEqual(tree);
  });

  test('moves the client on the position of a new router below it', () => {
    const tree: Tree = { parents: { c1: 'C', c2: 'C' }, pending: ['c3'] };
    expect(heapTree(tree, { kind: 'join', node: 'r1' }, 2)).toEqual({
      parents: { c1: 'r1', c2: 'C', c3: 'r1', r1: 'C' },
      pending: [],
    });
  });

  test('leaves clients pending when the last router goes', () => {
    const tree: Tree = { parents: { c1: 'r1', c2: 'C', c3: 'r1', r1: 'C' }, pending: [] };
    expect(heapTree(tree, { kind: 'removal', node: 'r1' }, 2)).toEqual({
      parents: { c1: 'C', c2: 'C' },
      pending: ['c3'],
    });
  });
});

describe('the relation', () => {
  const before: Tree = { parents: { c1: 'r1', c2: 'r1', r1: 'C', r2: 'C' }, pending: [] };
  const join: Cause = { kind: 'join', node: 'c3' };
  const broken = (parents: Tree['parents'], cause: Cause = join, pending: readonly NodeName[] = []) =>
    admissible({ before, after: { parents, pending }, cause, k: 2 })?.split(':')[0];

  test('takes any free slot for a client', () => {
    expect(broken({ ...before.parents, c3: 'r2' })).toBeUndefined();
  });

  test.each<[string, string, Tree['parents'], Cause?, NodeName[]?]>([
    ['a third child', 'rule 1', { ...before.parents, c3: 'r1' }],
    ['a third child of C', 'rule 1', { ...before.parents, c3: 'C' }],
    ['a child of a client', 'rule 1', { ...before.parents, c3: 'c1' }],
    ['a cycle', 'rule 1', { ...before.parents, r1: 'r2', r2: 'r1', c3: 'r2' }],
    ['an unknown parent', 'rule 1', { ...before.parents, c3: 'r9' }],
    ['a parent of C', 'rule 1', { ...before.parents, c3: 'r2', C: 'r2' }],
    ['a pending router', 'rule 1', { c1: 'r1', c2: 'r1', r1: 'C', c3: 'C' }, join, ['r2']],
    ['a client pending in the tree', 'rule 1', { ...before.parents, c3: 'r2' }, join, ['c3']],
    ['a router too deep', 'rule 2', { c1: 'C', c2: 'r2', r1: 'C', r2: 'r1', c3: 'r2' }],
    ['pending beside a free slot', 'rule 3', { c1: 'r1', r1: 'C', r2: 'C', c3: 'r2' }, join, ['c2']],
    ['somebody moved for a client', 'rule 4', { ...before.parents, c2: 'r2', c3: 'r1' }],
    ['somebody disappeared', 'rule 4', { c2: 'r1', r1: 'C', r2: 'C', c3: 'r2' }],
    ['somebody appeared', 'rule 4', { ...before.parents, c3: 'r2', c4: 'r2' }],
    ['it is not there', 'rule 4', before.parents],
    ['the dead stay', 'rule 4', before.parents, { kind: 'removal', node: 'c1' }],
    ['a broken edge stays', 'rule 5', before.parents, { kind: 'break', reporter: 'c1', other: 'r1' }],
  ])('rejects: %s', (_, rule, parents, cause, pending) => {
    expect(broken(parents, cause, pending)).toBe(rule);
  });

  test('lets a broken edge stay if nobody else has room, or a router reported it', () => {
    const full: Tree = { parents: { c1: 'r1', c2: 'C', r1: 'C' }, pending: [] };
    const stays = (cause: Cause) => admissible({ before: full, after: full, cause, k: 2 });
    expect(stays({ kind: 'break', reporter: 'c1', other: 'r1' })).toBeUndefined();
    expect(stays({ kind: 'break', reporter: 'r1', other: 'C' })).toBeUndefined();
  });
});
