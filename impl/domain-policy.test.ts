import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainPolicy, gatewaySlots } from './domain-policy.ts';

type Step =
  | { readonly type: 'router' | 'client' | 'remove' | 'break'; readonly pick: number }
  | { readonly type: 'reload' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constantFrom('router', 'router', 'client', 'client', 'remove', 'break'),
    pick: fc.nat(1000),
  }),
  fc.constant({ type: 'reload' as const }),
);

/** `r1.a`: a router of the domain `a`. */
const domainOf = (node: string): string => node.split('.')[1] ?? '';

/** What is wrong with a tree of domains; undefined if nothing is. */
function faultOf(policy: DomainPolicy, k: number): string | undefined {
  const parents = policy.parents();
  const gateways = [...parents.keys()].filter((node) => domainOf(parents.get(node) ?? '') !== domainOf(node));
  const childrenOf = (node: string) => [...parents.keys()].filter((child) => parents.get(child) === node);
  if (new Set(gateways.map(domainOf)).size !== gateways.length) return 'a domain with two gateways';
  for (const gateway of gateways) if (!gateway.startsWith('r')) return `${gateway} is no router`;
  for (const node of ['C', ...parents.keys()]) {
    const children = childrenOf(node);
    const others = children.filter((child) => domainOf(child) !== domainOf(node));
    if (children.length > 0 && node.startsWith('c')) return `${node} is a client and has children`;
    if (children.length > k) return `${node} has ${children.length} children`;
    if (node !== 'C' && others.length > gatewaySlots(k))
      return `${node} has ${others.length} gateways below it`;
    if (others.length > 0 && node !== 'C' && !gateways.includes(node)) return `${node} is no gateway`;
    let at: string | undefined = node;
    for (let hops = 0; at !== 'C'; hops += 1) {
      at = parents.get(at);
      if (at === undefined || hops > parents.size) return `${node} hangs in the air`;
    }
  }
  for (const client of policy.pending())
    if (policy.hasFreeSlotFor(client)) return `${client} waits beside a slot`;
  return undefined;
}

describe('DomainPolicy', () => {
  it('keeps each domain in one piece below a gateway, over any history', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 60 }),
        (k, domains, steps) => {
          let policy = new DomainPolicy(k, domainOf);
          const members = new Set<string>();
          let next = 1;
          for (const one of steps) {
            const before = policy.parents();
            const all = [...members];
            let allowedMoves = 0;
            if (one.type === 'reload') policy = new DomainPolicy(k, domainOf, policy.snapshot());
            else if (one.type === 'router' || one.type === 'client') {
              const node = `${one.type[0]}${next++}.${'abcd'[one.pick % domains] ?? ''}`;
              members.add(node);
              policy.join(node, one.type);
              allowedMoves = one.type === 'router' ? 1 : 0;
            } else if (one.type === 'remove') {
              const node = all[one.pick % all.length];
              if (node === undefined) continue;
              members.delete(node);
              policy.remove(node);
              allowedMoves = 2 * k + 2;
            } else {
              const placed = [...before.keys()];
              const node = placed[one.pick % placed.length];
              if (node === undefined) continue;
              const parent = before.get(node) ?? '';
              if (one.pick % 2 === 0) policy.breakEdge(node, parent);
              else policy.breakEdge(parent, node);
              allowedMoves = 2 * k + 2;
            }
            const after = policy.parents();
            expect([...after.keys(), ...policy.pending()].sort()).toEqual([...members].sort());
            expect(faultOf(policy, k)).toBeUndefined();
            const moved = [...before.keys()].filter(
              (node) => members.has(node) && after.get(node) !== before.get(node),
            );
            expect(moved.length).toBeLessThanOrEqual(allowedMoves);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives a dead gateway’s place, and the gateways below it, to the last router of its domain', () => {
    const policy = new DomainPolicy(2, domainOf);
    for (const router of ['r1.a', 'r2.b', 'r3.a', 'r4.c']) policy.join(router, 'router');
    expect(policy.parents().get('r4.c')).toBe('r1.a');
    policy.remove('r1.a');
    expect(Object.fromEntries(policy.parents())).toEqual({ 'r3.a': 'C', 'r2.b': 'C', 'r4.c': 'r3.a' });
  });

  it('says who is not there', () => {
    const policy = new DomainPolicy(2, domainOf);
    expect(() => policy.remove('r1.a')).toThrow(/not in the tree/);
  });
});
