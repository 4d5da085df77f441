/** What several monitors keep track of: who holds which records, who is placed where. */
import {
  domainOf,
  ownSlots,
  type Capsule,
  type Layout,
  type NodeName,
  type RecordName,
} from '../../model/index.ts';
import type { Seen, SeenReaction } from '../reading.ts';

/** The writer that a capsule's name gives. */
export function writerOf(capsule: Capsule): NodeName {
  const slash = capsule.indexOf('/');
  return slash < 0 ? capsule : capsule.slice(0, slash);
}

/** One record's name as text. */
export function recordId(record: { readonly capsule: Capsule; readonly seq: number }): string {
  return `${record.capsule}#${record.seq}`;
}

/** The same where there may be several records of one name: with the branch of those that their writer did not put. */
export function branchId(record: RecordName): string {
  return record.branch === undefined ? recordId(record) : `${recordId(record)}~${record.branch}`;
}

interface Holding {
  /** Index of the reaction in which the node came to hold the record. */
  readonly index: number;
  readonly capsule: Capsule;
  readonly seq: number;
  /** Hex; absent where records are symbols. */
  readonly hash: string | undefined;
}

/**
 * What each client holds of each capsule, by what it reported: its own puts and what it delivered. Follows crashes: a
 * durable life goes on, an amnesiac one holds nothing, a stale one what its storage had then.
 */
export class Holdings {
  readonly #log = new Map<NodeName, Holding[]>();
  readonly #positions = new Map<NodeName, Map<Capsule, number>>();
  /** All sequence numbers held. */
  readonly #held = new Map<NodeName, Map<Capsule, Set<number>>>();

  /** Takes in a reaction. Call after judging it. */
  observe(reaction: SeenReaction): void {
    if (reaction.input.kind === 'start') {
      const { kind, asOfIndex } = reaction.input.memory;
      const log = this.#log.get(reaction.node) ?? [];
      const kept =
        kind === 'durable'
          ? log
          : kind === 'stale'
            ? log.filter((holding) => holding.index <= asOfIndex)
            : [];
      this.#log.set(reaction.node, kept);
      const positions = new Map<Capsule, number>();
      for (const { capsule, seq } of kept) positions.set(capsule, Math.max(positions.get(capsule) ?? 0, seq));
      this.#positions.set(reaction.node, positions);
      this.#held.delete(reaction.node);
      for (const { capsule, seq } of kept) this.#hold(reaction.node, capsule, seq);
    }
    for (const report of reaction.reports) {
      if (report.type !== 'put' && report.type !== 'delivered') continue;
      let log = this.#log.get(reaction.node);
      if (log === undefined) this.#log.set(reaction.node, (log = []));
      const { capsule, seq, hash } = report;
      log.push({ index: reaction.index, capsule, seq, hash });
      let positions = this.#positions.get(reaction.node);
      if (positions === undefined) this.#positions.set(reaction.node, (positions = new Map()));
      positions.set(report.capsule, Math.max(positions.get(report.capsule) ?? 0, report.seq));
      this.#hold(reaction.node, report.capsule, report.seq);
    }
  }

  #hold(node: NodeName, capsule: Capsule, seq: number): void {
    let capsules = this.#held.get(node);
    if (capsules === undefined) this.#held.set(node, (capsules = new Map()));
    const held = capsules.get(capsule);
    if (held === undefined) capsules.set(capsule, new Set([seq]));
    else held.add(seq);
  }

  /** Greatest sequence number that the node holds of the capsule; 0 if none. */
  position(node: NodeName, capsule: Capsule): number {
    return this.#positions.get(node)?.get(capsule) ?? 0;
  }

  /** How far the node holds the capsule from its first record on, without a gap. */
  prefix(node: NodeName, capsule: Capsule): number {
    const held = this.#held.get(node)?.get(capsule);
    if (held === undefined) return 0;
    const position = this.position(node, capsule);
    if (held.size >= position) return position;
    let upTo = 0;
    while (held.has(upTo + 1)) upTo += 1;
    return upTo;
  }

  /** All that the node holds: sequence number by capsule. */
  of(node: NodeName): ReadonlyMap<Capsule, number> {
    return this.#positions.get(node) ?? new Map();
  }

  /** Names of all records that the node holds, in the order in which they came. */
  records(node: NodeName): readonly Omit<Holding, 'index'>[] {
    return this.#log.get(node) ?? [];
  }

  /** Hash of the record of that name that the node holds, in hex; undefined if it holds none, or records are symbols. */
  hashOf(node: NodeName, capsule: Capsule, seq: number): string | undefined {
    return this.records(node).findLast((held) => held.seq === seq && held.capsule === capsule)?.hash;
  }
}

/** The committed tree and what each node has installed, as the reports say. */
export class Placing {
  readonly #installed = new Map<
    NodeName,
    { readonly version: number; readonly parent: NodeName; readonly children: readonly NodeName[] }
  >();
  readonly #left = new Set<NodeName>();
  readonly #saidPending = new Set<NodeName>();
  /** Parent of each node in the last committed tree. */
  parents: ReadonlyMap<NodeName, NodeName> = new Map();
  /** Version of the last committed tree. */
  version = 0;
  /** Grows with every commit, install, start and crash: equal values mean that nothing moved in between. */
  changes = 0;

  observe(seen: Seen): void {
    if (seen.kind === 'event') {
      if (seen.step.event.type === 'crashed') {
        this.changes += 1;
        this.#installed.delete(seen.step.event.node);
        this.#left.delete(seen.step.event.node);
        this.#saidPending.delete(seen.step.event.node);
      }
      return;
    }
    const { node, input, reports } = seen.reaction;
    if (input.kind === 'start') this.changes += 1;
    for (const report of reports) {
      switch (report.type) {
        case 'committed':
          this.changes += 1;
          this.version = report.version;
          this.parents = new Map(report.edges.map(({ child, parent }) => [child, parent]));
          break;
        case 'installed':
          this.changes += 1;
          this.#installed.set(node, report);
          this.#saidPending.delete(node);
          break;
        case 'pending':
          this.#saidPending.add(node);
          break;
        case 'left':
          this.#left.add(node);
          break;
        default:
          break;
      }
    }
  }

  installed(node: NodeName) {
    return this.#installed.get(node);
  }

  hasLeft(node: NodeName): boolean {
    return this.#left.has(node);
  }

  /** Child slots of the committed tree that nobody has and a client may have: with domains, one of its own. */
  freeSlotsFor(client: NodeName, layout: Layout): number {
    const { k, domains } = layout;
    const placed = [...this.parents.keys()];
    if (domains === 1) {
      const routers = placed.filter((node) => node.startsWith('r')).length;
      return (routers + 1) * k - placed.length;
    }
    const domain = domainOf(client, domains);
    const members = placed.filter((node) => domainOf(node, domains) === domain);
    const tree = { parents: Object.fromEntries(this.parents) };
    const slots = members
      .filter((node) => node.startsWith('r'))
      .reduce((sum, node) => sum + ownSlots(tree, node, layout), 0);
    // The gateway sits on a slot of another domain.
    return slots - Math.max(0, members.length - 1);
  }

  /** Whether every node of the committed tree has the parent there that it should have. */
  isInstalled(): boolean {
    for (const [node, parent] of this.parents) if (this.#installed.get(node)?.parent !== parent) return false;
    return true;
  }

  /** Whether a node was told that there is no room for it, and has no place since. */
  isPending(node: NodeName): boolean {
    return this.#saidPending.has(node) && !this.parents.has(node);
  }

  /** Depth of the committed tree: the root's level is 0. */
  depth(): number {
    let deepest = 0;
    for (const node of this.parents.keys()) deepest = Math.max(deepest, this.level(node));
    return deepest;
  }

  /** Level of a node in the committed tree; 0 for the root. */
  level(node: NodeName): number {
    let level = 0;
    let at: NodeName | undefined = node;
    while (at !== undefined && level <= this.parents.size) {
      at = this.parents.get(at);
      if (at !== undefined) level += 1;
    }
    return level;
  }

  /** Why a live node that should have a live parent has none yet; undefined when all is well. */
  detachment(node: NodeName, root: NodeName, layout: Layout, up: ReadonlySet<string>): string | undefined {
    if (node === root || this.#left.has(node)) return undefined;
    const parent = this.parents.get(node);
    if (parent === undefined) {
      if (node.startsWith('r') || this.freeSlotsFor(node, layout) > 0)
        return `${node} has no place in the tree, though it fits`;
      return this.#saidPending.has(node) ? undefined : `${node} does not fit and has not been told so`;
    }
    if (!up.has(parent) || this.#left.has(parent)) return `${node} is placed under ${parent}, which is down`;
    const installed = this.#installed.get(node);
    if (installed === undefined || installed.parent !== parent)
      return `${node} has not installed its parent ${parent}`;
    if (parent !== root && !(this.#installed.get(parent)?.children ?? []).includes(node))
      return `${parent} has not installed its child ${node}`;
    return undefined;
  }
}

/** The tree where nobody commits one: what the entries that the nodes keep of each other say. */
export class EntryPlacing extends Placing {
  readonly #entries = new Map<
    NodeName,
    { readonly parent: NodeName; readonly children: readonly NodeName[] }
  >();

  override observe(seen: Seen): void {
    super.observe(seen);
    if (seen.kind === 'event') {
      if (seen.step.event.type === 'crashed' && this.#entries.delete(seen.step.event.node)) this.#draw();
      return;
    }
    for (const report of seen.reaction.reports) {
      if (report.type !== 'installed') continue;
      this.#entries.set(seen.reaction.node, report);
      this.#draw();
    }
  }

  #draw(): void {
    const parents = new Map<NodeName, NodeName>();
    for (const [node, { parent }] of this.#entries) if (parent !== '') parents.set(node, parent);
    this.parents = parents;
  }

  /** Whether every parent knows its child. */
  override isInstalled(): boolean {
    for (const [node, parent] of this.parents)
      if (this.#entries.get(parent)?.children.includes(node) !== true) return false;
    return true;
  }

  /** There is room for everybody. */
  override detachment(
    node: NodeName,
    root: NodeName,
    _layout: Layout,
    up: ReadonlySet<string>,
  ): string | undefined {
    if (node === root || this.hasLeft(node)) return undefined;
    const parent = this.parents.get(node);
    if (parent === undefined) return `${node} has no parent`;
    if (!up.has(parent)) return `the parent of ${node} is ${parent}, which is not up`;
    if (this.#entries.get(parent)?.children.includes(node) !== true)
      return `${parent}, the parent of ${node}, does not know it as its child`;
    let at: NodeName | undefined = parent;
    for (let hops = 0; at !== root; hops += 1) {
      if (hops > this.parents.size) return `${node} is below a cycle of parents`;
      const above: NodeName | undefined = this.parents.get(at);
      if (above === undefined) return `${node} is not connected to the root: ${at} has no parent`;
      at = above;
    }
    return undefined;
  }
}
