import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { domainOf, isGateway, ownSlots, routerDepth, routersByDomain } from './domains.ts';
import type { Layout } from './domains.ts';
import { byPosition } from './heap.ts';
import { roleOf } from './events.ts';
import type { NodeName, Tree } from './messages.ts';
import { policyTree } from './policy.ts';
import { admissible, areAdjacent, depthOf, nodesWithSlotFor } from './tree.ts';
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
function causeOf(tree: Tree, { kind, node, index, isUpward }: Pick, layout: Layout): Cause | undefined {
  const placed = Object.keys(tree.parents);
  if (kind === 'join') {
    if (placed.includes(node)) return undefined;
    // The coordinator makes such a client pending, without a change of the tree.
    if (roleOf(node) === 'client' && nodesWithSlotFor(node, tree, layout).length === 0) return undefined;
    return { kind, node };
  }
  const chosen = placed[index % Math.max(1, placed.length)];
  if (chosen === undefined) return undefined;
  if (kind === 'removal') return { kind, node: chosen };
  const parent = tree.parents[chosen] ?? '';
  return isUpward ? { kind, reporter: chosen, other: parent } : { kind, reporter: parent, other: chosen };
}

/** Trees of a random history, with what each step was about. */
function* history(layout: Layout, steps: readonly Pick[]) {
  let tree = EMPTY;
  for (const pick of steps) {
    const isRefused =
      pick.kind === 'join' &&
      roleOf(pick.node) === 'client' &&
      !(pick.node in tree.parents) &&
      nodesWithSlotFor(pick.node, tree, layout).length === 0;
    if (isRefused && !tree.pending.includes(pick.node)) {
      tree = { ...tree, pending: [...tree.pending, pick.node].toSorted() };
    }
    const cause = causeOf(tree, pick, layout);
    if (!cause) continue;
    const after = policyTree(tree, cause, layout);
    yield { before: tree, after, cause, layout };
    tree = after;
  }
}

const TWO: Layout = { k: 2, domains: 1 };
const k = fc.integer({ min: 2, max: 5 });
const heaps = [fc.record({ k, domains: fc.constant(1) }), picks] as const;
const histories = [fc.record({ k, domains: fc.integer({ min: 1, max: 4 }) }), picks] as const;

describe('the policy', () => {
  test('only takes admissible trees', () => {
    fc.assert(
      fc.property(...histories, (layout, steps) => {
        for (const change of history(layout, steps)) expect(admissible(change)).toBeUndefined();
      }),
      { numRuns: 400 },
    );
  });

  test('keeps the routers a complete heap', () => {
    fc.assert(
      fc.property(...heaps, (layout, steps) => {
        const { k } = layout;
        for (const { after } of history(layout, steps)) {
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
      fc.property(...histories, (layout, steps) => {
        const { k, domains } = layout;
        for (const { after } of history(layout, steps)) {
          const nodes = Object.keys(after.parents);
          const depth = routerDepth(layout, routersByDomain(nodes, domains));
          for (const one of nodes) {
            expect(depthOf(after, one)).toBeLessThanOrEqual(depth + 1);
            expect(nodes.filter((other) => after.parents[other] === one).length).toBeLessThanOrEqual(k);
          }
          for (const client of after.pending) expect(nodesWithSlotFor(client, after, layout)).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('parts the ends of an edge that a router reported, if another router is there that helps', () => {
    const tree: Tree = { parents: { r1: 'C', r2: 'C', r3: 'r1', r4: 'r1', r5: 'r2' }, pending: [] };
    const after = policyTree(tree, { kind: 'break', reporter: 'r3', other: 'r1' }, TWO);
    expect(areAdjacent(after, 'r3', 'r1')).toBe(false);
    expect(after.parents).toEqual({ r1: 'C', r2: 'C', r3: 'r2', r4: 'r1', r5: 'r1' });
  });

  test('moves the other end if the coordinator reported', () => {
    const tree: Tree = { parents: { c1: 'C', r1: 'C' }, pending: [] };
    expect(policyTree(tree, { kind: 'break', reporter: 'C', other: 'c1' }, TWO).parents['c1']).toBe('r1');
  });

  test('keeps a client where it is if nobody else has room', () => {
    const tree: Tree = { parents: { c1: 'C' }, pending: [] };
    expect(policyTree(tree, { kind: 'break', reporter: 'c1', other: 'C' }, TWO)).toEqual(tree);
  });

  test('moves the client on the position of a new router below it', () => {
    const tree: Tree = { parents: { c1: 'C', c2: 'C' }, pending: ['c3'] };
    expect(policyTree(tree, { kind: 'join', node: 'r1' }, TWO)).toEqual({
      parents: { c1: 'r1', c2: 'C', c3: 'r1', r1: 'C' },
      pending: [],
    });
  });

  test('leaves clients pending when the last router goes', () => {
    const tree: Tree = { parents: { c1: 'r1', c2: 'C', c3: 'r1', r1: 'C' }, pending: [] };
    expect(policyTree(tree, { kind: 'removal', node: 'r1' }, TWO)).toEqual({
      parents: { c1: 'C', c2: 'C' },
      pending: ['c3'],
    });
  });
});

describe('domains', () => {
  const layout: Layout = { k: 2, domains: 2 };

  test('keeps each domain in one piece below its gateway, with slots left for gateways', () => {
    fc.assert(
      fc.property(...histories, ({ k, domains }, steps) => {
        for (const { after } of history({ k, domains }, steps)) {
          if (domains === 1) continue;
          const gateways = Object.keys(after.parents).filter((one) => isGateway(after, one, domains));
          expect(gateways.every((one) => roleOf(one) === 'router')).toBe(true);
          expect(new Set(gateways.map((one) => domainOf(one, domains))).size).toBe(gateways.length);
          for (const gateway of gateways) {
            const below = Object.keys(after.parents).filter((one) => after.parents[one] === gateway);
            const own = below.filter((one) => !gateways.includes(one)).length;
            expect(own).toBeLessThanOrEqual(ownSlots(after, gateway, { k, domains }));
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('lets clients wait until their domain has a gateway', () => {
    const tree: Tree = { parents: { r1: 'C' }, pending: ['c2', 'c4'] };
    expect(policyTree(tree, { kind: 'join', node: 'r2' }, layout)).toEqual({
      parents: { c2: 'r2', r1: 'C', r2: 'C' },
      pending: ['c4'],
    });
  });

  test('gives a dead gateway’s place to the last router of its domain, others’ gateways below it included', () => {
    const parents = { c1: 'r3', r1: 'C', r2: 'r1', r3: 'r1' };
    expect(policyTree({ parents, pending: [] }, { kind: 'removal', node: 'r1' }, layout)).toEqual({
      parents: { c1: 'r3', r2: 'r3', r3: 'C' },
      pending: [],
    });
  });

  test('dissolves a domain without a router: its clients wait, the last domain takes its place', () => {
    const parents = { c1: 'r1', r1: 'C', r2: 'r1' };
    expect(policyTree({ parents, pending: [] }, { kind: 'removal', node: 'r1' }, layout)).toEqual({
      parents: { r2: 'C' },
      pending: ['c1'],
    });
  });

  test.each<[string, Tree['parents']]>([
    ['a client below a gateway of another domain', { c2: 'r1', r1: 'C' }],
    ['a client below C', { c2: 'C', r1: 'C' }],
    ['a domain in two pieces', { c2: 'r1', r1: 'C', r3: 'C' }],
    [
      'a gateway below an inner router of another domain',
      { c2: 'r2', r1: 'C', r3: 'r1', r5: 'r3', r2: 'r3' },
    ],
  ])('rejects: %s', (_, after) => {
    const { c2: _joiner, ...before } = after as Record<NodeName, NodeName>;
    const change = { before: { parents: before, pending: [] }, after: { parents: after, pending: [] } };
    expect(admissible({ ...change, cause: { kind: 'join', node: 'c2' }, layout })).toMatch(/^rule 6/);
  });
});

describe('the relation', () => {
  const before: Tree = { parents: { c1: 'r1', c2: 'r1', r1: 'C', r2: 'C' }, pending: [] };
  const join: Cause = { kind: 'join', node: 'c3' };
  const broken = (parents: Tree['parents'], cause: Cause = join, pending: readonly NodeName[] = []) =>
    admissible({ before, after: { parents, pending }, cause, layout: TWO })?.split(':')[0];

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
    const stays = (cause: Cause) => admissible({ before: full, after: full, cause, layout: TWO });
    expect(stays({ kind: 'break', reporter: 'c1', other: 'r1' })).toBeUndefined();
    expect(stays({ kind: 'break', reporter: 'r1', other: 'C' })).toBeUndefined();
  });
});
