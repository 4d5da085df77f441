/** The scopes that schedules are taken from to see how few moves break what a mutant was made to break, and why some mutants show in none of them. */
import type { Capability, Schedule } from '../engine/index.ts';
import type { Scope } from '../properties/exhaust/scopes.ts';
import { scenarioOf, type Command, type Size } from '../properties/index.ts';
import {
  contradictions,
  putAfterForgery,
  rotations,
  usesOfKeys,
  withRouterThatWithholds,
} from './beyond-scope.ts';

/** A scope, and what is done after its schedules that the statecharts of the scope know nothing of. */
export interface ShortestScope extends Scope {
  /** What that is, in words. */
  readonly beyond?: string;
  /** Of mutants that this is needed for only. @default any mutant */
  readonly needs?: Capability;
  /** Schedules of the scope that go on from one. @default none */
  readonly goOn?: (scope: Scope) => (schedule: Schedule<Command>) => readonly Schedule<Command>[];
}

const TREE = { routers: 1, clients: 2 } as const;

function scope(
  name: string,
  title: string,
  size: Pick<Size, 'topology' | 'routers' | 'clients' | 'shards' | 'start'>,
  happens: Partial<ShortestScope>,
): ShortestScope {
  const { start = 'formed' } = size;
  const scenario = happens.scenario ?? scenarioOf({ k: 2, ...size, start }, name);
  return {
    name,
    title,
    late: start === 'formed' ? [] : scenario.nodes.slice(1),
    puts: 2,
    subscriptions: 0,
    epochs: 1,
    repeats: 0,
    suspicions: 0,
    losses: 0,
    inOrder: false,
    crashes: { of: [], max: 0, isRestarted: false },
    replays: 0,
    forges: false,
    ...happens,
    scenario,
  };
}

/** What is done with the keys of a writer, in words. */
const WRITER_BEYOND =
  'after a multicast, the keys of its client used twice for other records in its place or after it, or for accusations';

/** Most are too large for a verdict: only their shortest schedules are looked at. */
export const SHORTEST_SCOPES: readonly ShortestScope[] = [
  scope('loss', 'a tree, and losses', TREE, { losses: 2 }),
  scope('crash', 'a tree, and a crash', TREE, {
    crashes: { of: ['C', 'r1', 'c1', 'c2'], max: 1, isRestarted: true },
  }),
  scope('attack', 'a tree, and an outsider', TREE, {
    replays: 1,
    forges: true,
    beyond: 'after a forged message to a client, a multicast of that client',
    goOn: () => putAfterForgery,
  }),
  scope('forming', 'nodes that join', { ...TREE, start: 'empty' }, { repeats: 1, losses: 1 }),
  scope('suspicion', 'a tree, and a node that is taken for dead', TREE, {
    puts: 1,
    epochs: 0,
    suspicions: 1,
    replays: 1,
  }),
  scope(
    'storage',
    'clients, and storage that is lost',
    { routers: 0, clients: 2 },
    {
      epochs: 0,
      crashes: { of: ['c1'], max: 1, isRestarted: true, forgets: true },
    },
  ),
  scope(
    'queue',
    'a client that joins, with room for two puts that wait',
    { routers: 0, clients: 1, start: 'empty' },
    {
      puts: 3,
      epochs: 0,
      scenario: scenarioOf({ k: 2, routers: 0, clients: 1, start: 'empty' }, 'queue', { maxQueue: 2 }),
    },
  ),
  scope(
    'wide',
    'a tree with more routers, and room for more children',
    { routers: 3, clients: 1 },
    {
      puts: 1,
      epochs: 0,
      scenario: scenarioOf({ k: 4, routers: 3, clients: 1, start: 'formed' }, 'wide'),
    },
  ),
  scope(
    'shards',
    'a tree of two levels of routers, and shards',
    { topology: 'sharded', shards: 2, routers: 4, clients: 3 },
    {
      puts: 1,
      subscriptions: 1,
      epochs: 0,
      losses: 1,
    },
  ),
  scope('domains', 'two domains', { topology: 'domains', routers: 2, clients: 2 }, { puts: 1, epochs: 0 }),
  scope(
    'router',
    'a tree, and a router that is taken over',
    { routers: 3, clients: 2 },
    {
      puts: 1,
      epochs: 0,
      needs: 'router',
      beyond: 'from the beginning, r1 greets and passes on nothing',
      goOn: () => withRouterThatWithholds,
    },
  ),
  scope(
    'writer',
    'clients, one of which is taken over',
    { routers: 0, clients: 2 },
    {
      epochs: 0,
      crashes: { of: ['c1', 'c2'], max: 1, isRestarted: true },
      needs: 'writer',
      beyond: `${WRITER_BEYOND}; then who crashed comes back`,
      goOn: usesOfKeys,
    },
  ),
  scope('writer-below', 'a tree, and a client that is taken over', TREE, {
    puts: 1,
    epochs: 0,
    losses: 1,
    needs: 'writer',
    beyond: WRITER_BEYOND,
    goOn: usesOfKeys,
  }),
  scope(
    'contradictions',
    'a tree, and a coordinator that is taken over',
    { routers: 2, clients: 1 },
    {
      puts: 1,
      epochs: 0,
      needs: 'coordinator',
      beyond:
        'first, its keys are used for one placement that it did not make, or for two that contradict each other',
      goOn: contradictions,
    },
  ),
  scope('rotation', 'a tree, and a new group key', TREE, {
    puts: 1,
    epochs: 0,
    needs: 'stolen',
    beyond:
      'after one move or none, the group key is rotated, and nobody or a client expelled; then an epoch passes, and a client multicasts',
    goOn: rotations,
  }),
];

/** Why a mutant shows in none of the scopes. */
export const OUT_OF_SCOPE: Readonly<Record<string, string>> = {
  'ignores-silent-parent': 'only one end of a link goes silent: a partition one way',
  'strands-whoever-waits': 'somebody leaves while a link is cut',
  'keeps-evidence-to-itself':
    'keys of a writer are used three times, or for an accusation by records that a router sent',
  'reminds-nobody': 'evidence is lost',
  'answers-from-torn-logs': 'a partition, and the keys of a writer while it lasts',
  'shuts-out-the-renewed': 'whoever is expelled notices, and lives again with new keys',
  'asks-beyond-its-frontier': 'keys of a writer are used for a record two places on',
};
