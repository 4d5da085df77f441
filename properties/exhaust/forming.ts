/** How a system forms before anything happens to it: all messages arrive in the order in which they were sent. */
import { unborn, type ExhaustLocal, type ExhaustMessage } from './local.ts';
import { receive, start } from './node.ts';
import type { Scope } from './scopes.ts';

/** A system before its scope begins. */
export interface Formed {
  /** By node. */
  readonly locals: readonly ExhaustLocal[];
  /** In flight. */
  readonly messages: readonly ExhaustMessage[];
  /** What has arrived, in order. */
  readonly arrived: readonly ExhaustMessage[];
}

/** Starts all nodes; then what comes from the nodes that form beforehand, and what follows from it, arrives. */
export function formed({ scenario, late }: Pick<Scope, 'scenario' | 'late'>): Formed {
  const { nodes, parameters } = scenario;
  const begun = nodes.map((node) => start(unborn(node, parameters)));
  const locals = begun.map(({ local }) => local);
  const waiting: ExhaustMessage[] = [];
  const left: ExhaustMessage[] = [];
  const send = (sent: readonly ExhaustMessage[]): void => {
    for (const one of sent) ('from' in one && late.includes(one.from) ? waiting : left).push(one);
  };
  for (const { sends } of begun) send(sends);
  const arrived: ExhaustMessage[] = [];
  for (let message = left.shift(); message !== undefined; message = left.shift()) {
    const at = nodes.indexOf(message.to);
    const local = locals[at];
    if (local === undefined) throw new RangeError(`${message.to} is no node of the scope`);
    const reaction = receive(local, message);
    locals[at] = reaction.local;
    arrived.push(message);
    send(reaction.sends);
  }
  return { locals, messages: waiting, arrived };
}
