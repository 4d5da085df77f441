/** What is proved of a scope, in words, so that nobody takes it for more. */
import type { Scope } from './scopes.ts';

/** The scope in one sentence. */
export function statementOf(scope: Scope): string {
  const { scenario, late, crashes } = scope;
  const { nodes, parameters } = scenario;
  const of = (letter: string) => nodes.filter((node) => node.startsWith(letter)).length;
  const parts = [
    '1 coordinator',
    counted(of('r'), 'router'),
    counted(of('c'), 'client'),
    `K = ${String(parameters.k)}`,
    ...(parameters.domains > 1 ? [counted(parameters.domains, 'domain')] : []),
    ...(parameters.shards > 1 ? [counted(parameters.shards, 'shard')] : []),
    late.length === nodes.length - 1
      ? 'all of which join'
      : late.length > 0
        ? `${late.join(', ')} joining a tree that has formed`
        : 'in a tree that has formed',
    counted(scope.puts, 'multicast'),
    ...(scope.subscriptions > 0
      ? [counted(scope.subscriptions, 'change of subscription', 'changes of subscription')]
      : []),
    counted(scope.epochs, 'epoch'),
    counted(scope.repeats, 'repeated join'),
    ...(scope.suspicions > 0
      ? [counted(scope.suspicions, 'suspicion of a node that lives', 'suspicions of nodes that live')]
      : []),
    counted(scope.losses, 'loss', 'losses'),
    ...(scope.inOrder ? ['frames that overtake none on their link (those that are overtaken are lost)'] : []),
    crashes.max === 0
      ? 'no crash'
      : `${counted(crashes.max, 'crash', 'crashes')} of ${crashes.of.join(' or ')}${crashes.isRestarted ? `, which comes back with its storage${crashes.forgets === true ? ' or without it' : ''}` : ''}`,
    ...(scope.replays === 0
      ? []
      : [`${counted(scope.replays, 'replayed message')} to its own receiver at any time`]),
    ...(scope.forges ? ['forged messages of every kind to any node at any time'] : []),
    ...(scope.replays === 0 && !scope.forges ? ['no attack'] : []),
  ];
  return `Every behaviour of ${parts.join(', ')}.`;
}

/** What the abstraction gives up: true of every scope. */
export const GIVEN_UP: readonly string[] = [
  'Time has no length: a timer may go off at any time while it is set, and messages may take for ever.',
  'Nodes do not greet: a neighbour may be suspected from its crash on until it comes back, and at no other time, and no client doubts a parent that serves it nothing.',
  'A placement that is not acknowledged is repeated only after the faults: until then, the first copy may still arrive.',
  'Two equal messages in flight are one.',
  'After the faults, frames do not overtake each other on a link, time passes only when nothing is in flight, joins and placements are repeated before the next epoch, and there are as many epochs as the scope has and three more.',
  'Trees are those of the heap policy; bytes and keys are symbols; storage is durable.',
];

function counted(count: number, one: string, many = `${one}s`): string {
  return count === 0 ? `no ${one}` : `${String(count)} ${count === 1 ? one : many}`;
}
