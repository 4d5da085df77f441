import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeapPolicy, type HeapSnapshot } from './placement.ts';

type Step =
  | { readonly type: 'router' | 'client' | 'remove' | 'break'; readonly pick: number }
  | { readonly type: 'reload' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constantFrom('router', 'client', 'client', 'remove', 'break'), pick: fc.nat(1000) }),
  fc.constant({ type: 'reload' as const }),
);

function depthOf(node: string, parents: ReadonlyMap<string, string>): number {
  let depth = 0;
  for (let at: string | undefined = node; at !== 'C'; at = parents.get(at)) {
    if (at === undefined || depth > parents.size) throw new Error(`${node} hangs in the air`);
    depth += 1;
  }
  return depth;
}

/** Level of the last position of the complete heap with that many routers. */
function heapDepth(routers: number, k: number): number {
  let depth = 0;
  for (let position = routers; position > 0; position = Math.floor((position - 1) / k)) depth += 1;
  return depth;
}

/** Parent of the lowest free slot of a client, looked for from the first position on. */
function lowestFreeParent({ routers, clients }: HeapSnapshot, k: number): string | undefined {
  const taken = new Set(clients.map(([position]) => position));
  for (let position = routers.length + 1; position <= k * (routers.length + 1); position++)
    if (!taken.has(position)) return ['C', ...routers][Math.floor((position - 1) / k)];
  return undefined;
}

describe('HeapPolicy', () => {
  it('keeps to the admissible trees of §3 over any history', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }), fc.array(step, { maxLength: 60 }), (k, steps) => {
        let policy = new HeapPolicy(k);
        const routers = new Set<string>();
        const clients = new Set<string>();
        let next = 1;
        for (const one of steps) {
          const before = policy.parents();
          const lowestFree = lowestFreeParent(policy.snapshot(), k);
          let allowedMoves = 0;
          if (one.type === 'router' || one.type === 'client') {
            const node = `${one.type[0]}${next++}`;
            (one.type === 'router' ? routers : clients).add(node);
            policy.join(node, one.type);
            allowedMoves = one.type === 'router' ? 1 : 0;
            if (one.type === 'client') expect(policy.parents().get(node)).toBe(lowestFree);
          } else if (one.type === 'remove') {
            const all = [...routers, ...clients];
            const node = all[one.pick % all.length];
            if (node === undefined) continue;
            policy.remove(node);
            allowedMoves = routers.delete(node) ? 2 * k + 2 : 0;
            clients.delete(node);
          } else if (one.type === 'break') {
            const edges = [...before];
            const edge = edges[one.pick % edges.length];
            if (edge === undefined) continue;
            const [child, parent] = edge;
            const reporter = one.pick % 2 === 0 ? child : parent;
            const before_ = policy.hasFreeSlotFor('c0');
            policy.breakEdge(reporter, reporter === child ? parent : child);
            allowedMoves = 2 * k + 2;
            const others = before_ && [...before].filter(([, p]) => p === parent).length === k;
            if (
              others &&
              (clients.has(reporter) || (parent === reporter && reporter === 'C' && clients.has(child)))
            )
              expect(policy.parents().get(child)).not.toBe(parent);
          } else {
            const again = new HeapPolicy(k, policy.snapshot());
            expect(again.snapshot()).toEqual(policy.snapshot());
            expect(again.parents()).toEqual(policy.parents());
            policy = again;
          }
          const parents = policy.parents();
          const fan = new Map<string, number>();
          for (const parent of parents.values()) fan.set(parent, (fan.get(parent) ?? 0) + 1);
          for (const [parent, children] of fan) {
            expect(children).toBeLessThanOrEqual(k);
            expect(parent === 'C' || routers.has(parent)).toBe(true);
          }
          for (const node of parents.keys()) {
            const depth = depthOf(node, parents);
            if (routers.has(node)) expect(depth).toBeLessThanOrEqual(heapDepth(routers.size, k));
          }
          const pending = policy.pending();
          expect([...parents.keys(), ...pending].sort()).toEqual([...routers, ...clients].sort());
          const slots = (routers.size + 1) * k - routers.size;
          expect(pending.length).toBe(Math.max(0, clients.size - slots));
          expect(policy.hasFreeSlotFor('c0')).toBe(clients.size < slots);
          const moved = [...before].filter(([node, parent]) => {
            if (!routers.has(node) && !clients.has(node)) return false;
            return parents.get(node) !== parent;
          });
          expect(moved.length).toBeLessThanOrEqual(allowedMoves);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('brings whoever goes on below every parent with a free slot before it comes to one twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 1, max: 24 }),
        fc.nat(23),
        (k, routers, clients, pick) => {
          const policy = new HeapPolicy(k);
          for (let i = 1; i <= routers; i++) policy.join(`r${i}`, 'router');
          for (let i = 1; i <= clients; i++) policy.join(`c${i}`, 'client');
          const client = `c${(pick % clients) + 1}`;
          const first = policy.parents().get(client);
          if (first === undefined) return;
          const fan = new Map<string, number>();
          for (const parent of policy.parents().values()) fan.set(parent, (fan.get(parent) ?? 0) + 1);
          const inner = ['C', ...Array.from({ length: routers }, (_, i) => `r${i + 1}`)];
          const open = inner.filter((node) => node === first || (fan.get(node) ?? 0) < k);
          const visited: string[] = [];
          for (const _ of open) {
            const parent = policy.parents().get(client) ?? '';
            visited.push(parent);
            policy.breakEdge(client, parent);
          }
          expect(visited.toSorted()).toEqual(open.toSorted());
          expect(policy.parents().get(client)).toBe(first);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('takes no longer to seat a client the more there are', () => {
    const clients = 100_000;
    const policy = new HeapPolicy(clients);
    // Looking at every slot from the first on would take 5,000,000,000 looks.
    for (let i = 0; i < clients; i++) policy.join(`c${i}`, 'client');
    expect(policy.hasFreeSlotFor('c0')).toBe(false);
  }, 10_000);

  it('says who is in, waits, and where', () => {
    const policy = new HeapPolicy(2);
    for (const client of ['c3', 'c2', 'c1', 'c4']) policy.join(client, 'client');
    expect([...policy.parents().keys()]).toEqual(['c3', 'c2']);
    expect(policy.pending()).toEqual(['c1', 'c4']);
    policy.join('r1', 'router');
    expect(Object.fromEntries(policy.parents())).toEqual({ r1: 'C', c3: 'r1', c2: 'C', c1: 'r1' });
    expect(policy.isPending('c4')).toBe(true);
    policy.remove('r1');
    // c1 sat on slot 4, c3 on 3, both below r1's old position 1; the freed slot 1 goes to the lower position.
    expect(Object.fromEntries(policy.parents())).toEqual({ c2: 'C', c3: 'C' });
    expect(() => policy.join('c2', 'client')).toThrow(RangeError);
    expect(() => policy.remove('c9')).toThrow(RangeError);
  });
});
