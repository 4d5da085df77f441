/** The scopes that schedules are taken from to see how few moves break what a mutant was made to break, and why some mutants show in none of them. */
import type { Capability, Schedule } from '../engine/index.ts';
import { formed } from '../properties/exhaust/forming.ts';
import type { Scope } from '../properties/exhaust/scopes.ts';
import { scenarioOf, type Command, type Size } from '../properties/index.ts';

/** A scope, and what is done after its schedules that the statecharts of the scope know nothing of. */
export interface ShortestScope extends Scope {
  /** What that is, in words. */
  readonly beyond?: string;
  /** Of mutants that this is needed for only. @default any mutant */
  readonly needs?: Capability;
  /** Schedules that go on from one. @default none */
  readonly goOn?: (schedule: Schedule<Command>) => readonly Schedule<Command>[];
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

/** What a forged message did to a client shows in what it writes next: to a statechart it does nothing, so no shortest way has both. */
function putAfterForgery(schedule: Schedule<Command>): readonly Schedule<Command>[] {
  const last = schedule.at(-1);
  const attack =
    last?.move === 'attack' ? (last.attack as { readonly kind: string; readonly to?: string }) : undefined;
  if (attack?.kind !== 'forge' || attack.to?.startsWith('c') !== true) return [];
  const command = { type: 'put', key: 'k', value: 'after' } as const;
  return [[...schedule, { move: 'command', node: attack.to, command }]];
}

/** A router that goes on greeting and passes on nothing, from the beginning. */
function withRouterThatWithholds(schedule: Schedule<Command>): readonly Schedule<Command>[] {
  const attack = {
    kind: 'withhold',
    by: 'router(r1)',
    standing: 'begins',
    what: 'all-but-greetings',
  } as const;
  return [[{ move: 'attack', attack }, ...schedule]];
}

/** Uses of the keys of a writer that was taken over, one after the other, at most; and moves with all that is before them. */
const USES = 2;
const MOVES = 4;

const WRITER = scope(
  'writer',
  'clients, one of which is taken over',
  { routers: 0, clients: 2 },
  {
    epochs: 0,
    crashes: { of: ['c1', 'c2'], max: 1, isRestarted: true },
  },
);

/** Other records in place of a client's first one and after it, stamped soon after it or as late as can be; and accusations by records that it made. */
function usesOfKeys(schedule: Schedule<Command>): readonly Schedule<Command>[] {
  const put = schedule.find((move) => move.move === 'command');
  if (put?.move !== 'command') return [];
  const client = put.node;
  const { state } = formed(WRITER).locals[WRITER.scenario.nodes.indexOf(client)] ?? {};
  if (state === undefined || state.role === 'coordinator' || state.context.parent === null) return [];
  const to = state.context.parent.node;
  const message = `${client}>${to} data #1`;
  const ways: Schedule<Command>[] = [];
  let before: readonly Schedule<Command>[] = [schedule];
  for (let serial = 1; serial <= Math.min(USES, MOVES - schedule.length); serial += 1) {
    const by = `writer(${client})` as const;
    before = before.flatMap((begun) => [
      ...([0, 1] as const).flatMap((step) =>
        ([1, 'end'] as const).map((lead): Schedule<Command> => {
          const attack = { kind: 'write', by, to, serial, message, step, lead, salt: 0 } as const;
          return [...begun, { move: 'attack', attack }];
        }),
      ),
      ...[`${client}>${to} data #2`, `${client}>${to} data ~1`].map((other): Schedule<Command> => {
        const attack = { kind: 'accuse', by, to, serial, message, other } as const;
        return [...begun, { move: 'attack', attack }];
      }),
    ]);
    ways.push(...before);
  }
  // Who comes back after that was not there.
  const crashed = schedule.find((move) => move.move === 'crash');
  if (crashed?.move !== 'crash') return ways;
  const restart = { move: 'restart', node: crashed.node, memory: 'durable' } as const;
  return [...ways, ...ways.filter((way) => way.length < MOVES).map((way) => [...way, restart])];
}

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
    goOn: putAfterForgery,
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
      goOn: withRouterThatWithholds,
    },
  ),
  {
    ...WRITER,
    needs: 'writer',
    beyond:
      'after a multicast, the keys of its client used twice for other records in its place or after it, or for accusations; then who crashed comes back',
    goOn: usesOfKeys,
  },
];

/** Why a mutant shows in none of the scopes. */
export const OUT_OF_SCOPE: Readonly<Record<string, string>> = {
  'ignores-silent-parent': 'only one end of a link goes silent: a partition one way',
  'strands-whoever-waits': 'somebody leaves while a link is cut',
};
