import { describe, expect, test } from 'vitest';
import { randomFromSeed, World, type Step } from '../../engine/index.ts';
import { Client, Router } from '../../impl/index.ts';
import type { Command, Report } from '../reading.ts';
import { scenarioOf, type TreeScenario } from '../scenario.ts';
import { castSubject, REFERENCE_CAST, referenceSubject, type Cast } from '../subjects/reference.ts';
import { isRejection } from './captured.test-helper.ts';
import { proposeLie } from './insider.ts';
import { tell } from './lie.ts';
import { outsiderAdversary } from './outsider.ts';

const scenario = scenarioOf({ k: 2, routers: 1, clients: 3 });
const cause = { kind: 'fair', phase: 'schedule' } as const;

/** Tells lies about what is said in a tree with some epochs behind it; which kinds were told, and which were believed. */
function lies(subject: typeof referenceSubject) {
  const believed: string[] = [];
  const told = new Set<string>();
  let kind: string | undefined;
  const observe = (step: Step<Uint8Array, Command, Report>): void => {
    if (kind !== undefined && step.kind === 'reaction' && !isRejection(step.outputs)) believed.push(kind);
  };
  const world = new World<Uint8Array, Command, Report, TreeScenario>(subject, scenario, outsiderAdversary, {
    observe,
  });
  world.startAll(cause);
  world.elapse(scenario.prologueMs, cause);
  const random = randomFromSeed(1);
  for (let round = 0; round < 300; round += 1) {
    world.command(random.pick(['c1', 'c2', 'c3']), { type: 'put', key: 'k', value: `${round}` }, cause);
    // So short that some messages are still in flight: what is waited for can be lied about.
    world.elapse(random.int(1, 60), cause);
    // Now and then up to where an epoch has just been opened.
    if (random.chance(15)) {
      const newest = () => world.seen.findLast((one) => one.kind === 'rts')?.id;
      const before = newest();
      for (let at = 0; at < 700 && newest() === before; at += 1) world.elapse(10, cause);
      world.elapse(random.int(1, 50), cause);
    }
    const kinds = [...new Set(world.seen.map((one) => one.kind))];
    const like = random.pick(kinds);
    const flight = random.pick(world.seen.filter((one) => one.kind === like));
    const attack = proposeLie(world, random, flight, random.int(0, 10_000));
    if (tell(world, attack, flight) === undefined) continue;
    kind = world.find(String(attack.message))?.kind ?? '';
    told.add(kind);
    world.apply({ move: 'attack', attack }, cause);
    kind = undefined;
  }
  return { told, believed };
}

const believing = (cast: Partial<Cast>) => castSubject('mutant:believes', '', { ...REFERENCE_CAST, ...cast });

describe('lies', () => {
  test('are told about all that is signed, and none is believed', () => {
    const { told, believed } = lies(referenceSubject);
    expect([...told]).toEqual(expect.arrayContaining(['data', 'eoe', 'join', 'rts', 'sync']));
    expect(believed).toEqual([]);
  });

  test('show a client that takes anybody’s word for the frontier', () => {
    class Believer extends Client {
      protected override verifySync(): boolean {
        return true;
      }
    }
    expect(lies(believing({ client: Believer })).believed).toContain('sync');
  });

  test('show a router that does not look who answers', () => {
    class Believer extends Router {
      protected override verifyAnswer(): boolean {
        return true;
      }
    }
    expect(lies(believing({ router: Believer })).believed).toContain('eoe');
  });
});
