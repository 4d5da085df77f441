/** Smaller scenarios, plainer commands and attacks: what shrinking may try. */
import { DEFAULT_PARAMETERS, type Parameters } from '../model/index.ts';
import type { Attack, Simpler, SimplerScenario } from '../engine/index.ts';
import type { Command } from './reading.ts';
import {
  LATENCY_MS,
  hasWaysAround,
  nameOf,
  ROOT,
  TIGHT_BOUNDS,
  scenarioOf,
  withWaysAround,
  type Size,
  type TreeScenario,
} from './scenario.ts';

/** The plainest key. Values differ, so that one can tell who wrote what. */
const PLAIN_KEY = 'k';

const LEAST: Size = { k: 2, routers: 0, clients: 1 };
const SMALLEST: readonly Size[] = [
  { k: 2, routers: 0, clients: 2 },
  { k: 2, routers: 1, clients: 2 },
  { k: 2, routers: 1, clients: 2, start: 'empty' },
  { k: 2, routers: 2, clients: 3 },
];

/** Where there are shards: a router below another one, with nobody below it who could want anything. */
const SMALLEST_SHARDED: readonly Size[] = [...SMALLEST, { k: 2, routers: 3, clients: 2 }];

/** What shrinking may try with this kit's scenarios, commands and attacks. */
export const SIMPLER: Simpler<Command, TreeScenario> = {
  *scenarios(scenario, named) {
    const timed = asTimed(scenario);
    for (const simpler of simplerScenarios(scenario, named))
      yield { ...simpler, scenario: timed(simpler.scenario) };
  },
  smallest: (scenario) => smallestScenarios(scenario).map(asTimed(scenario)),
  command(command, at) {
    if (command.type === 'rotate') return command.expel === undefined ? undefined : { type: 'rotate' };
    const plain = { type: 'put', key: PLAIN_KEY, value: `v${at}` } as const;
    const isPlain = command.type !== 'put' || (command.key === plain.key && command.value === plain.value);
    return isPlain ? undefined : plain;
  },
  attacks(attack: Attack) {
    return typeof attack['salt'] === 'number' && attack['salt'] > 0 ? [{ ...attack, salt: 0 }] : [];
  },
};

/** Whoever had time to find ways around a router still has it. */
function asTimed(scenario: TreeScenario): (simpler: TreeScenario) => TreeScenario {
  return hasWaysAround(scenario) ? withWaysAround : (simpler) => simpler;
}

function smallestScenarios({ parameters, latencyMs, topology }: TreeScenario): readonly TreeScenario[] {
  return [
    ...(topology === 'sharded' ? SMALLEST_SHARDED : SMALLEST).map((size) =>
      sized({ ...size, topology, ...partsOf(parameters) }, { ...parameters, k: size.k }, latencyMs),
    ),
    // What overflows does so sooner in less room.
    sized(
      { ...LEAST, topology, ...partsOf(parameters) },
      { ...DEFAULT_PARAMETERS, ...TIGHT_BOUNDS, k: LEAST.k, ...partsOf(parameters) },
      latencyMs,
    ),
  ];
}

/** In this order: without all nodes that no move names, without single ones, fewer shards or domains, a narrower tree, ordinary bounds and links, a formed tree. */
function* simplerScenarios(
  scenario: TreeScenario,
  named: ReadonlySet<string>,
): Iterable<SimplerScenario<TreeScenario>> {
  const routers = scenario.nodes.filter((node) => node.startsWith('r'));
  const clients = scenario.nodes.filter((node) => node.startsWith('c'));
  const { parameters, latencyMs } = scenario;
  const { shards, domains } = parameters;
  const isFormed = scenario.prologueMs > 0;
  const of = (
    keptRouters: readonly string[],
    keptClients: readonly string[],
    numbers: Parameters = parameters,
    other: Partial<Pick<Size, 'topology' | 'shards' | 'domains' | 'start'>> & {
      readonly latencyMs?: number;
    } = {},
  ): SimplerScenario<TreeScenario> => ({
    scenario: sized(
      {
        topology: other.topology ?? scenario.topology,
        shards: other.shards ?? shards,
        domains: other.domains ?? domains,
        k: numbers.k,
        routers: keptRouters.length,
        clients: keptClients.length,
        start: other.start ?? (isFormed ? 'formed' : 'empty'),
      },
      numbers,
      other.latencyMs ?? latencyMs,
    ),
    renamed: Object.fromEntries([
      [ROOT, ROOT],
      ...keptRouters.map((node, at): [string, string] => [node, `r${at + 1}`]),
      ...keptClients.map((node, at): [string, string] => [node, `c${at + 1}`]),
    ]),
  });

  const isNamed = (node: string): boolean => named.has(node);
  const namedClients = clients.filter(isNamed);
  // One that puts and one that listens make a multicast.
  const fewest = clients.filter((node, at) => isNamed(node) || (namedClients.length === 0 && at === 0));
  if (fewest.length < clients.length || routers.some((node) => !isNamed(node)))
    yield of(routers.filter(isNamed), fewest);
  for (const router of routers.toReversed())
    yield of(
      routers.filter((node) => node !== router),
      clients,
    );
  if (clients.length > 1)
    for (const client of clients.toReversed())
      yield of(
        routers,
        clients.filter((node) => node !== client),
      );
  if (scenario.topology === 'sharded') {
    yield of(routers, clients, parameters, { topology: 'tree' });
    for (let fewer = 2; fewer < shards; fewer += 1) yield of(routers, clients, parameters, { shards: fewer });
  }
  if (scenario.topology === 'domains') {
    yield of(routers, clients, parameters, { topology: 'tree' });
    for (let fewer = 2; fewer < domains; fewer += 1)
      yield of(routers, clients, parameters, { domains: fewer });
  }
  if (scenario.topology !== 'flat')
    for (const k of NARROWER.filter((one) => one < parameters.k))
      yield of(routers, clients, { ...parameters, k });
  const ordinary = { ...DEFAULT_PARAMETERS, k: parameters.k, ...partsOf(parameters) };
  if (!isSame(ordinary, parameters)) yield of(routers, clients, ordinary);
  if (latencyMs !== LATENCY_MS) yield of(routers, clients, parameters, { latencyMs: LATENCY_MS });
  if (!isFormed) yield of(routers, clients, parameters, { start: 'formed' });
}

/** What belongs to the topology. */
function partsOf({ shards, domains }: Parameters): Pick<Parameters, 'shards' | 'domains'> {
  return { shards, domains };
}

/** Trees that are tried instead of wider ones. */
const NARROWER = [2, 3, 4, 5];

/** A scenario of a size, named for it and for what is not ordinary about it. */
function sized(size: Size, parameters: Parameters, latencyMs: number): TreeScenario {
  const isTight = !isSame({ ...DEFAULT_PARAMETERS, k: parameters.k, ...partsOf(parameters) }, parameters);
  const isSlow = latencyMs !== LATENCY_MS;
  const name = [nameOf(size), isTight ? 'tight' : '', isSlow ? 'slow' : '']
    .filter((part) => part !== '')
    .join('-');
  return { ...scenarioOf(size, name, parameters), latencyMs };
}

function isSame(a: Parameters, b: Parameters): boolean {
  return Object.entries(a).every(([name, value]) => b[name as keyof Parameters] === value);
}
