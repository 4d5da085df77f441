/** Records stay where they are wanted. */
import type { Violation } from '../../engine/index.ts';
import { isWanted, roleOf, shardOf, type Capsule } from '../../model/index.ts';
import type { Report, SeenReaction } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import { Judge } from './judge.ts';
import { recordId } from './tracking.ts';

type Committed = Extract<Report, { readonly type: 'committed' }>;

/**
 * `shard-containment`: no record goes down an edge below which, by the placement that the sender holds, nobody wants its shard; no client
 * takes in or delivers a record of a shard that it does not subscribe to; and nobody is said to want what no client below it said.
 * Exercised where a record comes to a node with a child that does not want it.
 */
export class ShardContainment extends Judge {
  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const fault = this.#leak(reaction) ?? this.#intrusion(reaction) ?? this.#excess(reaction);
    return fault === undefined ? undefined : this.violated(reaction, fault);
  }

  /** Something that goes down where nobody wants it. */
  #leak({ node, input, rejected, sends }: SeenReaction): string | undefined {
    const children = this.watch.interests.childrenOf(node);
    const message = input.kind === 'frame' && rejected === undefined ? input.reading.message : undefined;
    if (message?.type === 'data') {
      const isUnwanted = ([child, interest]: readonly [string, readonly number[] | undefined]) =>
        child !== message.from && !isWanted(interest, message.record.capsule);
      if ([...children].some(isUnwanted)) this.exercised += 1;
    }
    for (const { to, reading } of sends) {
      const capsule = capsuleIn(reading.message);
      if (capsule === undefined || !children.has(to) || isWanted(children.get(to), capsule)) continue;
      return `${node} sent a record of ${capsule} down to ${to}, where nobody wants shard ${shardOf(capsule)}`;
    }
    return undefined;
  }

  /** Something that a client has no business with. */
  #intrusion({ node, input, rejected, reports, sends }: SeenReaction): string | undefined {
    if (roleOf(node) !== 'client') return undefined;
    // Whoever holds the other record of a fork may say so, whatever it subscribes to by now.
    if (sends.some(({ reading }) => reading.message.type === 'evidence')) return undefined;
    const { interests } = this.watch;
    const message = input.kind === 'frame' && rejected === undefined ? input.reading.message : undefined;
    const capsule = message && capsuleIn(message);
    if (capsule !== undefined && !interests.subscribes(node, capsule))
      return `${node} took in a record of ${capsule}, though it does not subscribe to shard ${shardOf(capsule)}`;
    const foreign = reports.find(
      (report) => report.type === 'delivered' && !interests.subscribes(node, report.capsule),
    );
    if (foreign?.type !== 'delivered') return undefined;
    return `${node} delivered ${recordId(foreign)}, though it does not subscribe to shard ${shardOf(foreign.capsule)}`;
  }

  /** An edge of a committed tree that carries more than the edges below it. */
  #excess({ node, reports }: SeenReaction): string | undefined {
    const committed = reports.find((report): report is Committed => report.type === 'committed');
    if (committed === undefined || node !== ROOT) return undefined;
    for (const { child, interest } of committed.edges) {
      if (roleOf(child) === 'client') continue;
      const below = committed.edges.filter(({ parent }) => parent === child);
      if (below.some((edge) => edge.interest === undefined)) continue;
      const wanted = new Set(below.flatMap((edge) => edge.interest ?? []));
      const excess = interest?.find((shard) => !wanted.has(shard));
      if (interest === undefined || excess !== undefined)
        return `version ${committed.version}: ${child} is said to want ${excess === undefined ? 'everything' : `shard ${excess}`}, and nobody below it does`;
    }
    return undefined;
  }
}

/** The capsule of the records in a message; undefined if there are none. */
function capsuleIn(message: SeenReaction['sends'][number]['reading']['message']): Capsule | undefined {
  if (message.type === 'data') return message.record.capsule;
  return message.type === 'repair' ? message.capsule : undefined;
}
