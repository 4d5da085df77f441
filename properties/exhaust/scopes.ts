/** Scopes: small systems, with so much that may happen in them, of which exhaustive search proves what it proves. */
import { scenarioOf, type Size, type TreeScenario } from '../scenario.ts';

/** A system and everything that may happen in it. */
export interface Scope {
  readonly name: string;
  readonly title: string;
  readonly scenario: TreeScenario;
  /** Nodes that join while the scope lasts; the others have formed a tree before. */
  readonly late: readonly string[];
  /** Records that clients write, at any time; any client may. */
  readonly puts: number;
  /** Times that clients subscribe to other shards, at any time; any client may, and to any of them. */
  readonly subscriptions: number;
  /** Epochs that are opened, at any time. */
  readonly epochs: number;
  /** Times that a join or unacknowledged placements are repeated, at any time. */
  readonly repeats: number;
  /** Times that a node takes another for dead that is not, at any time; together with repetitions, no more than there are of either. */
  readonly suspicions: number;
  /** Messages that are lost. */
  readonly losses: number;
  /** Whether frames arrive over a link in the order in which they were sent. What is overtaken is stale, so overtaking a frame is losing it. */
  readonly inOrder: boolean;
  /** Crashes of these nodes. */
  readonly crashes: {
    readonly of: readonly string[];
    readonly max: number;
    readonly isRestarted: boolean;
    /** Whether a node may also come back without its storage. @default false */
    readonly forgets?: boolean;
  };
  /** Messages that an outsider delivers once more, at any time. */
  readonly replays: number;
  /** Whether an outsider sends forged messages, of every kind and as many as it likes, to any node at any time. */
  readonly forges: boolean;
}

function scope(
  name: string,
  title: string,
  size: Pick<Size, 'topology' | 'routers' | 'clients' | 'shards'>,
  happens: Partial<Omit<Scope, 'name' | 'title' | 'scenario'>>,
): Scope {
  return {
    name,
    title,
    scenario: scenarioOf(
      { k: 2, ...size, start: (happens.late ?? []).length === 0 ? 'formed' : 'empty' },
      name,
    ),
    late: [],
    puts: 0,
    subscriptions: 0,
    epochs: 0,
    repeats: 0,
    suspicions: 0,
    losses: 0,
    inOrder: false,
    replays: 0,
    forges: false,
    ...happens,
    crashes: happens.crashes ?? { of: [], max: 0, isRestarted: false },
  };
}

const ROUTERS = ['r1', 'r2'];

export const SCOPES: readonly Scope[] = [
  scope(
    'pair',
    'two clients join; a multicast, an epoch, a loss',
    { routers: 0, clients: 2 },
    { late: ['c1', 'c2'], puts: 1, epochs: 1, repeats: 1, losses: 1 },
  ),
  scope(
    'join',
    'a router and two clients join; a multicast, an epoch, a loss',
    { routers: 1, clients: 2 },
    { late: ['r1', 'c1', 'c2'], puts: 1, epochs: 1, losses: 1 },
  ),
  scope(
    'router-crash',
    'a client joins two routers and a client; a multicast, an epoch, a loss, a router crashes',
    { routers: 2, clients: 2 },
    {
      late: ['c2'],
      puts: 1,
      epochs: 1,
      losses: 1,
      inOrder: true,
      crashes: { of: ROUTERS, max: 1, isRestarted: false },
    },
  ),
  scope(
    'outsider',
    'three clients join two routers; a multicast; an outsider forges messages and replays one',
    { routers: 2, clients: 3 },
    { late: ['c1', 'c2', 'c3'], puts: 1, replays: 1, forges: true },
  ),
  scope(
    'coordinator-crash',
    'a router and two clients join; a multicast; the coordinator crashes and comes back',
    { routers: 1, clients: 2 },
    {
      late: ['r1', 'c1', 'c2'],
      puts: 1,
      crashes: { of: ['C'], max: 1, isRestarted: true },
    },
  ),
  scope(
    'client-crash',
    'two clients in a tree; two multicasts, an epoch; a client crashes and comes back',
    { routers: 0, clients: 2 },
    {
      puts: 2,
      epochs: 1,
      crashes: { of: ['c1', 'c2'], max: 1, isRestarted: true },
    },
  ),
  scope(
    'domains',
    'two domains; a multicast, an epoch; a gateway crashes, and the other router of its domain takes its place',
    { topology: 'domains', routers: 3, clients: 2 },
    { puts: 1, epochs: 1, inOrder: true, crashes: { of: ['r1'], max: 1, isRestarted: false } },
  ),
  scope(
    'shards',
    'two shards; a client subscribes to others; a multicast, an epoch, a loss',
    { topology: 'sharded', shards: 2, routers: 1, clients: 2 },
    { puts: 1, subscriptions: 1, epochs: 1, losses: 1 },
  ),
];

/** A scope by its name; undefined if there is none. */
export function findScope(name: string): Scope | undefined {
  return SCOPES.find((one) => one.name === name);
}
