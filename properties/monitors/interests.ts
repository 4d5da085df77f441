/** What several monitors keep track of where there are shards: who subscribes to what, and what each node holds of it. */
import { isInterest, isWanted, type Capsule, type Interest, type NodeName } from '../../model/index.ts';
import type { Seen, SeenReaction } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import type { Placing } from './tracking.ts';

/** What a client subscribed to, and since which reaction. */
interface Chosen {
  readonly index: number;
  readonly interest: Interest;
}

/** Neighbours by name: what goes down to each child, undefined meaning everything. */
export type Held = ReadonlyMap<NodeName, Interest | undefined>;

const NOBODY: Held = new Map();

/**
 * The interests of one run. What a client subscribes to is what its application last told it, as far as its storage remembers; what
 * a node holds of its children is what its installed placement says.
 */
export class Interests {
  readonly #shards: number;
  readonly #placing: Pick<Placing, 'hasLeft'>;
  readonly #chosen = new Map<NodeName, Chosen[]>();
  readonly #held = new Map<NodeName, Held>();
  readonly #parents = new Map<NodeName, NodeName>();
  readonly #shown = new Map<NodeName, Interest | undefined>();

  /** @param placing as after the step that is observed next */
  constructor(shards: number, placing: Pick<Placing, 'hasLeft'>) {
    this.#shards = shards;
    this.#placing = placing;
  }

  /** Takes in a step. Call before judging it: what a node sends, it sends by what it has just installed. */
  observe(seen: Seen): void {
    if (this.#shards === 1) return;
    if (seen.kind === 'event') {
      if (seen.step.event.type === 'crashed') this.#forget(seen.step.event.node);
      return;
    }
    this.#remember(seen.reaction);
    this.#place(seen.reaction);
  }

  #forget(node: NodeName): void {
    this.#held.delete(node);
    this.#parents.delete(node);
    this.#shown.delete(node);
  }

  #remember({ node, index, input }: SeenReaction): void {
    const chosen = this.#chosen.get(node) ?? [];
    if (input.kind === 'start') {
      const { kind, asOfIndex } = input.memory;
      const isKept = (one: Chosen) => kind === 'durable' || (kind === 'stale' && one.index <= asOfIndex);
      this.#chosen.set(node, chosen.filter(isKept));
    }
    if (input.kind === 'command' && input.command.type === 'subscribe') {
      const { shards: interest } = input.command;
      // Who has left does nothing that it is told any more.
      if (!this.#placing.hasLeft(node) && isInterest(interest, this.#shards))
        this.#chosen.set(node, [...chosen, { index, interest }]);
    }
  }

  #place({ node, input, reports }: SeenReaction): void {
    for (const report of reports) {
      if (report.type === 'committed' && node === ROOT)
        this.#held.set(
          ROOT,
          new Map(
            report.edges
              .filter(({ parent }) => parent === ROOT)
              .map(({ child, interest }) => [child, interest]),
          ),
        );
      const message = input.kind === 'frame' ? input.reading.message : undefined;
      if (report.type !== 'installed' || message?.type !== 'placement') continue;
      this.#held.set(node, new Map(message.children.map((child) => [child.node, child.interest])));
      this.#parents.set(node, message.parent.node);
      this.#shown.set(node, message.interest);
    }
  }

  /** What a client subscribes to; undefined: to everything. */
  of(client: NodeName): Interest | undefined {
    return this.#chosen.get(client)?.at(-1)?.interest;
  }

  /** Whether a client subscribes to a capsule. */
  subscribes(client: NodeName, capsule: Capsule): boolean {
    return isWanted(this.of(client), capsule);
  }

  /** Whether the installed placement of a client shows what it subscribes to. */
  isShown(client: NodeName): boolean {
    if (this.#shards === 1) return true;
    const shown = this.#shown.get(client);
    const all = Array.from({ length: this.#shards }, (_, shard) => shard);
    return shown?.join() === (this.of(client) ?? all).join();
  }

  /** The children of a node, with what goes down to them. */
  childrenOf(node: NodeName): Held {
    return this.#held.get(node) ?? NOBODY;
  }

  /** Whether a neighbour of a node wants a capsule, as far as the node knows: the parent always does. */
  isWantedBy(node: NodeName, neighbour: NodeName, capsule: Capsule): boolean {
    return isWanted(this.childrenOf(node).get(neighbour), capsule);
  }

  /** To how many neighbours of a node a record of the capsule may go: its parent, and the children that want it. */
  audience(node: NodeName, capsule: Capsule): number {
    const children = [...this.childrenOf(node).values()].filter((interest) => isWanted(interest, capsule));
    return children.length + (this.#parents.has(node) ? 1 : 0);
  }
}
