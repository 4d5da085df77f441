/** Scenarios: the system that a schedule happens to. How many nodes, how wide the tree, which timers, which workload. */
import { z } from 'zod';
import { DEFAULT_PARAMETERS, type Parameters } from '../model/index.ts';
import type { BaseScenario, Random } from '../engine/index.ts';

/** Greatest number of nodes of a scenario: search stays a search, and bounds stay small. */
export const MAX_NODES = 64;

/**
 * `tree`: routers and clients under a coordinator. `flat`: every client a child of the coordinator. `sharded`: a tree in which records
 * belong to shards, and clients subscribe to those that they want. `domains`: a tree in which each administrative domain is in one piece.
 */
export type Topology = (typeof TOPOLOGIES)[number];

/** All topologies. */
export const TOPOLOGIES = ['tree', 'flat', 'sharded', 'domains'] as const;

/** Shards of a sharded scenario, unless its size says otherwise. */
export const SHARDS = 3;

/** Shards, at most: keys are told apart by two bytes, and interests stay short. */
export const MAX_SHARDS = 64;

/** Administrative domains of a scenario that has some, unless its size says otherwise; and at most. */
export const DOMAINS = 2;
export const MAX_DOMAINS = 8;

/** A system under test. */
export interface TreeScenario extends BaseScenario {
  readonly topology: Topology;
  readonly parameters: Parameters;
}

/** The choices from which a scenario is made. */
export interface Size {
  readonly topology?: Topology;
  /** Greatest number of children of a node; at least 2. Of `flat` it is the number of clients, whatever is said here. */
  readonly k: number;
  readonly routers: number;
  readonly clients: number;
  /** Of `sharded`: at least 2. Default SHARDS. */
  readonly shards?: number;
  /** Of `domains`: at least 2. Default DOMAINS. */
  readonly domains?: number;
  /** `formed`: the tree has had time to form before the first move; `empty`: it has not. Default `formed`. */
  readonly start?: 'formed' | 'empty';
  /** Records that one run makes, at most. Default RECORDS_PER_RUN. */
  readonly records?: number;
}

/** Records that one run makes, at most, unless its size says otherwise: schedules are not longer. */
export const RECORDS_PER_RUN = 64;

/** The coordinator's name. */
export const ROOT = 'C';

/** Time that a message takes from one node to another. */
export const LATENCY_MS = 20;

/** The same where links are slow: long enough that faults come in between a question and its answer. */
export const SLOW_LATENCY_MS = 120;

/**
 * Makes a scenario of a size. Throws RangeError for a K below 2, no client, or more nodes than MAX_NODES.
 */
export function scenarioOf(
  size: Size,
  name = nameOf(size),
  parameters: Partial<Parameters> = {},
): TreeScenario {
  const topology = size.topology ?? 'tree';
  const routers = topology === 'flat' ? 0 : size.routers;
  if (!Number.isInteger(size.clients) || size.clients < 1)
    throw new RangeError(`clients: expected at least 1, got ${size.clients}`);
  if (!Number.isInteger(routers) || routers < 0)
    throw new RangeError(`routers: expected at least 0, got ${routers}`);
  const shards = topology === 'sharded' ? severalOf(size.shards, parameters.shards, SHARDS) : 1;
  if (topology === 'sharded' && (!Number.isInteger(shards) || shards < 2 || shards > MAX_SHARDS))
    throw new RangeError(`shards: expected 2 to ${MAX_SHARDS}, got ${shards}`);
  const domains = topology === 'domains' ? severalOf(size.domains, parameters.domains, DOMAINS) : 1;
  if (topology === 'domains' && (!Number.isInteger(domains) || domains < 2 || domains > MAX_DOMAINS))
    throw new RangeError(`domains: expected 2 to ${MAX_DOMAINS}, got ${domains}`);
  if (!Number.isInteger(size.k) || size.k < 2) throw new RangeError(`k: expected at least 2, got ${size.k}`);
  if (1 + routers + size.clients > MAX_NODES)
    throw new RangeError(`nodes: expected at most ${MAX_NODES}, got ${1 + routers + size.clients}`);
  const numbers: Parameters = {
    ...DEFAULT_PARAMETERS,
    ...parameters,
    k: topology === 'flat' ? Math.max(2, size.clients) : size.k,
    shards,
    domains,
  };
  const nodes = [ROOT];
  for (let i = 1; i <= routers; i += 1) nodes.push(`r${i}`);
  for (let i = 1; i <= size.clients; i += 1) nodes.push(`c${i}`);
  return {
    name,
    topology,
    nodes,
    core: [ROOT],
    latencyMs: LATENCY_MS,
    prologueMs: size.start === 'empty' ? 0 : numbers.heartbeatMs + 500,
    settleMs: settleMs(nodes.length, numbers, size.records),
    parameters: numbers,
  };
}

/** How many shards or domains there are: what the size says, or else the numbers if these have several. */
function severalOf(asked: number | undefined, numbers: number | undefined, otherwise: number): number {
  if (asked !== undefined) return asked;
  return numbers !== undefined && numbers > 1 ? numbers : otherwise;
}

/**
 * The time within which everything that liveness promises has happened, once the faults have stopped.
 *
 * In the worst case the dead are found one after the other, each by a silence, a join or suspicion, and a probe, and each is followed by
 * placements. There can be as many dead as nodes, and one round more for those that only believed each other dead. Then
 * epochs: one that may have been opened too early, one to learn the frontier, one to spare, and one for every `maxRepair` of the
 * `records` that a client may be behind by. Where there are shards, a client may have subscribed just before: it says so once more, is
 * placed anew, and asks in the epoch after that.
 */
export function settleMs(nodes: number, parameters: Parameters, records = RECORDS_PER_RUN): number {
  const { suspectMs, joinMs, probeMs, placementMs, epochMs, eoeMs, maxRepair, shards } = parameters;
  const round = suspectMs + joinMs + probeMs + placementMs;
  const subscribing = shards === 1 ? 0 : joinMs + placementMs + epochMs + eoeMs;
  return subscribing + (nodes + 1) * round + (3 + Math.ceil(records / maxRepair)) * (epochMs + eoeMs);
}

/**
 * The time within which a client has a place where nobody stands in its way, for as long as there is a free slot on such a path: in each place
 * a SYNC may still come, after which nothing does until it is doubted; then everybody below the same parent may have to be parted from it, one
 * after the other. It comes to no parent for the second time before it has been below all that have a free slot.
 */
export function wayAroundMs({ nodes, parameters }: Pick<TreeScenario, 'nodes' | 'parameters'>): number {
  const { k, joinMs, probeMs, placementMs, epochMs, eoeMs, doubtEpochs } = parameters;
  const doubt = epochMs + eoeMs + doubtEpochs * epochMs + eoeMs;
  const move = k * joinMs + probeMs + placementMs;
  return nodes.filter((node) => node.startsWith('r')).length * (doubt + move);
}

/**
 * The scenario for runs with a router that was taken over: time enough for writers to find a way around it, and then for those who read what
 * they wrote.
 */
export function withWaysAround(scenario: TreeScenario): TreeScenario {
  return { ...scenario, settleMs: Math.max(scenario.settleMs, settleWithWaysAroundMs(scenario)) };
}

/** Whether the scenario has time enough for finding ways around a router. */
export function hasWaysAround(scenario: TreeScenario): boolean {
  return wayAroundMs(scenario) > 0 && scenario.settleMs >= settleWithWaysAroundMs(scenario);
}

function settleWithWaysAroundMs({ nodes, parameters }: TreeScenario): number {
  return settleMs(nodes.length, parameters) + 2 * wayAroundMs({ nodes, parameters });
}

/** The name of a scenario that is nothing but its size. */
export function nameOf(size: Size): string {
  if (size.topology === 'flat') return `flat-${size.clients}c`;
  const { topology = 'tree' } = size;
  const parts =
    topology === 'sharded'
      ? `${size.shards ?? SHARDS}s-`
      : topology === 'domains'
        ? `${size.domains ?? DOMAINS}d-`
        : '';
  return `${topology}-${parts}k${size.k}-${size.routers}r-${size.clients}c`;
}

/** Scenarios that have a name on the command line. */
export const NAMED_SCENARIOS: readonly {
  readonly name: string;
  readonly title: string;
  readonly size: Size;
}[] = [
  { name: 'pair', title: 'no router, two clients, K = 2', size: { k: 2, routers: 0, clients: 2 } },
  { name: 'small', title: 'one router, two clients, K = 2', size: { k: 2, routers: 1, clients: 2 } },
  {
    name: 'forming',
    title: 'the same, faults from the first message on',
    size: { k: 2, routers: 1, clients: 2, start: 'empty' },
  },
  {
    name: 'two-levels',
    title: 'three routers on two levels, four clients, K = 2',
    size: { k: 2, routers: 3, clients: 4 },
  },
  { name: 'crowded', title: 'more clients than slots, K = 2', size: { k: 2, routers: 1, clients: 5 } },
  { name: 'wide', title: 'two routers, six clients, K = 4', size: { k: 4, routers: 2, clients: 6 } },
  { name: 'twelve', title: 'twelve nodes, K = 3', size: { k: 3, routers: 4, clients: 7 } },
  {
    name: 'flat',
    title: 'the baseline: five clients under the coordinator',
    size: { topology: 'flat', k: 5, routers: 0, clients: 5 },
  },
  {
    name: 'sharded',
    title: 'three shards, three routers on two levels, four clients, K = 2',
    size: { topology: 'sharded', k: 2, routers: 3, clients: 4 },
  },
  {
    name: 'domains',
    title: 'two domains, each with a gateway, another router and two clients, K = 3',
    size: { topology: 'domains', k: 3, routers: 4, clients: 4 },
  },
];

/** A named scenario, or undefined. */
export function namedScenario(name: string): TreeScenario | undefined {
  const found = NAMED_SCENARIOS.find((scenario) => scenario.name === name);
  return found === undefined ? undefined : scenarioOf(found.size, found.name);
}

/** Greatest number of nodes of the scenarios that `check` draws by itself. */
export const MAX_DRAWN_NODES = 12;

/** The same of clients, where there are shards. */
const MAX_SHARDED_CLIENTS = 6;

/** The same where there are domains. */
const MAX_DOMAINS_CLIENTS = 5;

/** Bounds so small that a run reaches them. */
export const TIGHT_BOUNDS: Partial<Parameters> = {
  logWindow: 4,
  maxEarly: 2,
  maxQueue: 2,
  maxOwnRecords: 8,
  maxRepair: 3,
};

/** Tight, and room for so few capsules that some are turned away. */
export const SCARCE_BOUNDS: Partial<Parameters> = { ...TIGHT_BOUNDS, maxCapsules: 3, maxPendingNaks: 2 };

/** Percent of the tight scenarios that are scarce: too few for most that liveness asks for. */
const SCARCE_PERCENT = 25;

/** Draws a scenario as `check` does: a size (with shards or domains, if that is asked for), in a third of the runs bounds that a run reaches, in a third slow links. */
export function drawScenario(random: Random, topology?: 'sharded' | 'domains'): TreeScenario {
  const size =
    topology === 'sharded'
      ? drawShardedSize(random)
      : topology === 'domains'
        ? drawDomainsSize(random)
        : drawSize(random);
  const isTight = random.chance(33);
  const isSlow = random.chance(33);
  const isScarce = isTight && random.chance(SCARCE_PERCENT);
  const bounds = isScarce ? 'scarce' : isTight ? 'tight' : '';
  const name = [nameOf(size), bounds, isSlow ? 'slow' : ''].filter((part) => part !== '').join('-');
  const scenario = scenarioOf(size, name, isScarce ? SCARCE_BOUNDS : isTight ? TIGHT_BOUNDS : {});
  return isSlow ? { ...scenario, latencyMs: SLOW_LATENCY_MS } : scenario;
}

/** Draws a size: mixed K, up to MAX_DRAWN_NODES nodes, mostly small, now and then crowded or flat. */
export function drawSize(random: Random): Size {
  const start = random.chance(25) ? 'empty' : 'formed';
  if (random.chance(8)) {
    const clients = random.int(2, 7);
    return { topology: 'flat', k: clients, routers: 0, clients, start };
  }
  const k = random.pick([2, 2, 2, 3, 3, 4]);
  const most = random.chance(70) ? 7 : MAX_DRAWN_NODES;
  const routers = random.int(0, Math.min(4, most - 3));
  const slots = (routers + 1) * k - routers;
  const room = most - 1 - routers;
  const clients = random.chance(10)
    ? Math.min(slots + 1, room)
    : random.int(2, Math.max(2, Math.min(slots, room)));
  return { k, routers, clients: Math.max(2, clients), start };
}

/** Draws a size with shards: mostly two levels of routers, so that what is wanted further down counts. */
export function drawShardedSize(random: Random): Size {
  const start = random.chance(25) ? 'empty' : 'formed';
  const k = random.pick([2, 2, 2, 3]);
  const routers = random.int(1, 4);
  const slots = (routers + 1) * k - routers;
  return {
    topology: 'sharded',
    k,
    shards: random.pick([2, SHARDS, SHARDS]),
    routers,
    clients: random.int(2, Math.min(slots, MAX_SHARDED_CLIENTS)),
    start,
  };
}

/** Draws a size with domains: mostly a gateway for each, and one or two of them with another router. */
export function drawDomainsSize(random: Random): Size {
  const start = random.chance(25) ? 'empty' : 'formed';
  const domains = random.pick([2, 2, 3]);
  const routers = random.chance(15) ? domains - 1 : domains + random.int(0, 2);
  return {
    topology: 'domains',
    k: random.pick([2, 2, 3, 4]),
    domains,
    routers,
    clients: random.int(2, MAX_DOMAINS_CLIENTS),
    start,
  };
}

const count = (least: number) => z.number().int().min(least);

const parametersSchema = z.strictObject({
  k: count(2),
  heartbeatMs: count(1),
  suspectMs: count(1),
  joinMs: count(1),
  placementMs: count(1),
  probeMs: count(1),
  epochMs: count(1),
  eoeMs: count(1),
  logWindow: count(1),
  maxCapsules: count(1),
  maxEarly: count(1),
  maxQueue: count(1),
  maxOwnRecords: count(1),
  maxRepair: count(1),
  maxPendingNaks: count(1),
  shards: count(1).max(MAX_SHARDS).default(1),
  domains: count(1).max(MAX_DOMAINS).default(1),
  doubtEpochs: count(1).default(DEFAULT_PARAMETERS.doubtEpochs),
});

const nodeName = z.string().regex(/^(C|[rc][1-9][0-9]{0,3})$/, 'expected C, r1, r2, … or c1, c2, …');

/** A whole scenario, as counterexample files carry it. */
export const scenarioSchema = z
  .strictObject({
    name: z.string().min(1),
    topology: z.enum(TOPOLOGIES),
    nodes: z.array(nodeName).min(2).max(MAX_NODES),
    core: z.array(nodeName),
    latencyMs: count(1),
    prologueMs: count(0),
    settleMs: count(1),
    parameters: parametersSchema,
  })
  .refine((scenario) => scenario.nodes[0] === ROOT, { path: ['nodes'], message: 'expected C first' })
  .refine((scenario) => new Set(scenario.nodes).size === scenario.nodes.length, {
    path: ['nodes'],
    message: 'expected each node once',
  })
  .refine((scenario) => scenario.core.every((node) => scenario.nodes.includes(node)), {
    path: ['core'],
    message: 'expected nodes of the scenario',
  })
  .refine(({ topology, parameters }) => (topology === 'sharded') === parameters.shards > 1, {
    path: ['parameters', 'shards'],
    message: 'expected at least 2 if the topology is sharded, else 1',
  })
  .refine(({ topology, parameters }) => (topology === 'domains') === parameters.domains > 1, {
    path: ['parameters', 'domains'],
    message: 'expected at least 2 if the topology is domains, else 1',
  })
  .refine((scenario) => scenario.nodes.some((node) => node.startsWith('c')), {
    path: ['nodes'],
    message: 'expected at least one client',
  });

/** What a person writes in a scenario file: a size, a name, and any of the protocol's numbers. */
export const sizeSchema = z.strictObject({
  name: z.string().min(1).optional(),
  topology: z.enum(TOPOLOGIES).optional(),
  k: count(2),
  routers: count(0),
  clients: count(1),
  shards: count(2).max(MAX_SHARDS).optional(),
  domains: count(2).max(MAX_DOMAINS).optional(),
  start: z.enum(['formed', 'empty']).optional(),
  parameters: parametersSchema.partial().optional(),
});
