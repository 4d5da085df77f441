/** Smaller scenarios, plainer commands and attacks: what shrinking may try. */
import { DEFAULT_PARAMETERS, type Parameters } from '../model/index.ts';
import type { Attack, Simpler, SimplerScenario } from '../engine/index.ts';
import type { Command } from './reading.ts';
import { nameOf, ROOT, scenarioOf, type Size, type TreeScenario } from './scenario.ts';

/** The plainest key. Values differ, so that one can tell who wrote what. */
const PLAIN_KEY = 'k';

const SMALLEST: readonly Size[] = [
  { k: 2, routers: 0, clients: 2 },
  { k: 2, routers: 1, clients: 2 },
  { k: 2, routers: 1, clients: 2, start: 'empty' },
  { k: 2, routers: 2, clients: 3 },
];

/** What shrinking may try with this kit's scenarios, commands and attacks. */
export const SIMPLER: Simpler<Command, TreeScenario> = {
  scenarios: simplerScenarios,
  smallest: ({ parameters, topology }) =>
    SMALLEST.map((size) =>
      scenarioOf({ ...size, topology }, nameOf({ ...size, topology }) + suffixOf(parameters), {
        ...parameters,
        k: size.k,
      }),
    ),
  command(command, at) {
    const plain = { type: 'put', key: PLAIN_KEY, value: `v${at}` } as const;
    const isPlain = command.type !== 'put' || (command.key === plain.key && command.value === plain.value);
    return isPlain ? undefined : plain;
  },
  attacks(attack: Attack) {
    return typeof attack['salt'] === 'number' && attack['salt'] > 0 ? [{ ...attack, salt: 0 }] : [];
  },
};

/** In this order: without all nodes that no move names, without single ones, a narrower tree, ordinary bounds, a formed tree. */
function* simplerScenarios(
  scenario: TreeScenario,
  named: ReadonlySet<string>,
): Iterable<SimplerScenario<TreeScenario>> {
  const routers = scenario.nodes.filter((node) => node.startsWith('r'));
  const clients = scenario.nodes.filter((node) => node.startsWith('c'));
  const { parameters } = scenario;
  const k = scenario.topology === 'flat' ? clients.length : parameters.k;
  const isFormed = scenario.prologueMs > 0;
  const of = (
    keptRouters: readonly string[],
    keptClients: readonly string[],
    numbers: Parameters = parameters,
    start: 'formed' | 'empty' = isFormed ? 'formed' : 'empty',
  ): SimplerScenario<TreeScenario> => {
    const size: Size = {
      topology: scenario.topology,
      k: numbers.k,
      routers: keptRouters.length,
      clients: keptClients.length,
      start,
    };
    const name = nameOf(size) + suffixOf(numbers);
    const renamed = Object.fromEntries([
      [ROOT, ROOT],
      ...keptRouters.map((node, at): [string, string] => [node, `r${at + 1}`]),
      ...keptClients.map((node, at): [string, string] => [node, `c${at + 1}`]),
    ]) as Readonly<Record<string, string>>;
    return { scenario: scenarioOf(size, name, numbers), renamed };
  };

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
  if (scenario.topology === 'tree')
    for (const narrower of [2, 3, 4, 5].filter((one) => one < k))
      yield of(routers, clients, { ...parameters, k: narrower });
  if (!isOrdinary(parameters)) yield of(routers, clients, { ...DEFAULT_PARAMETERS, k: parameters.k });
  if (!isFormed) yield of(routers, clients, parameters, 'formed');
}

/** Bounds that are not the ordinary ones show in the name. */
function suffixOf(parameters: Parameters): string {
  return isOrdinary(parameters) ? '' : '-tight';
}

function isOrdinary(parameters: Parameters): boolean {
  return Object.entries({ ...DEFAULT_PARAMETERS, k: parameters.k }).every(
    ([name, value]) => parameters[name as keyof Parameters] === value,
  );
}
