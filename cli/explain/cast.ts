/** Who takes part in a story, and what has to be known of them before it begins. */
import { takenOverBy } from '../../engine/index.ts';
import { domainOf, isGateway, roleOf } from '../../model/index.ts';
import { shardOfKey } from '../../properties/shards.ts';
import { ROOT } from '../../properties/scenario.ts';
import { recordExample } from './names.ts';
import type { Observed } from './observe.ts';
import type { Story } from './story.ts';
import { term } from './terms.ts';
import { clauses, listed, shardsWords } from './words.ts';

/** The sentences, in their order, without the tree. */
export function castSentences(story: Story): readonly string[] {
  const { limitsClients } = story.subject;
  const { nodes, topology, parameters } = story.scenario;
  const [routers = [], clients = []] = (['router', 'client'] as const).map((role) =>
    nodes.filter((node) => roleOf(node) === role),
  );
  const example = recordExample(story.telling);
  return [
    `${ROOT} is the ${term('coordinator')}.`,
    ...(routers.length === 0 ? [] : [`${kind(routers, 'router')}.`]),
    ...(clients.length === 0 ? [] : [`${kind(clients, 'client')}.`]),
    topology === 'flat'
      ? 'There are no routers: every client is a child of the coordinator.'
      : limitsClients
        ? `Nobody has more than K = ${parameters.k} children.`
        : `K is ${parameters.k}. This subject applies it to child routers only.`,
    ...domainSentences(story),
    ...shardSentences(story),
    ...insiderSentences(story),
    ...(example === undefined ? [] : [example]),
  ];
}

function kind(nodes: readonly string[], role: 'router' | 'client'): string {
  return nodes.length === 1
    ? `${listed(nodes)} is a ${term(role)}`
    : `${listed(nodes)} are ${term(role, `${role}s`)}`;
}

/** Whose organisation each node is of, and which of them are gateways when the first move is made. */
function domainSentences({ scenario: { nodes, parameters }, tree }: Story): readonly string[] {
  const { domains } = parameters;
  if (domains === 1) return [];
  const members = new Map<string, string[]>();
  for (const node of nodes)
    if (node !== ROOT)
      members.set(domainOf(node, domains), [...(members.get(domainOf(node, domains)) ?? []), node]);
  const parts = Array.from(
    members,
    ([domain, list]) => `${listed(list)} ${list.length === 1 ? 'is' : 'are'} of ${domain}`,
  );
  const shape = { parents: Object.fromEntries(tree.parents) };
  const gateways = nodes.filter((node) => node !== ROOT && isGateway(shape, node, domains));
  return [
    `There are ${domains} ${term('administrative domain', 'administrative domains')}: ${clauses(parts)}; ${ROOT} is of none.`,
    ...(gateways.length === 0
      ? []
      : [
          `${listed(gateways)} ${gateways.length === 1 ? 'is the' : 'are the'} ${term('gateway', gateways.length === 1 ? 'gateway' : 'gateways')} of ${gateways.length === 1 ? 'its domain' : 'their domains'}.`,
        ]),
  ];
}

/** What clients want when the first move is made, and which shards the keys are of that are asked for. */
function shardSentences({ scenario: { nodes, parameters }, telling: { run } }: Story): readonly string[] {
  const { shards } = parameters;
  if (shards === 1) return [];
  const first = run.steps.findIndex(({ move }) => move !== undefined);
  const before = first < 0 ? run.steps : run.steps.slice(0, first);
  const wants = nodes.flatMap((node) => {
    const state = before.findLast((one) => one.node === node)?.state;
    return state?.role === 'client' && state.context.interest !== null
      ? [[node, state.context.interest] as const]
      : [];
  });
  const areAll = wants.every(([, interest]) => interest.length === shards);
  const keys = [...new Set(run.steps.flatMap(keyOf))];
  const wish = areAll
    ? `before the first move every client wants all of them`
    : `before the first move ${clauses(wants.map(([node, interest]) => `${node} wants ${shardsWords(interest)}`))}`;
  return [
    `There are ${shards} ${term('shard', 'shards')}${wants.length === 0 ? '' : `; ${wish}`}.`,
    ...(keys.length === 0
      ? []
      : [`${clauses(keys.map((key) => `Key ${key} is of shard ${shardOfKey(key, shards)}`))}.`]),
  ];
}

/** The key that an application puts or asks for. */
function keyOf({ step }: Observed): readonly string[] {
  if (step.kind !== 'reaction' || step.input.kind !== 'command') return [];
  const { command } = step.input;
  return command.type === 'put' || command.type === 'get' ? [command.key] : [];
}

/** Whose keys somebody else has, and what that means for a property that speaks of honest nodes. */
function insiderSentences({ telling: { run }, property }: Story): readonly string[] {
  const nodes = new Set<string>();
  for (const { step } of run.steps) {
    if (step.cause.kind !== 'move' || step.cause.move.move !== 'attack') continue;
    const node = takenOverBy(step.cause.move.attack);
    if (node !== undefined) nodes.add(node);
  }
  return Array.from(nodes, (node) => {
    const counts = /\bhonest\b/.test(property.statement) ? `, but ${node} does not count as honest` : '';
    return `An ${term('insider')} has the keys of ${node}: what is signed as ${node} may be the insider’s. The software of ${node} itself runs on beside the insider${counts}.`;
  });
}
