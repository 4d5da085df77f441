/**
 * The committed tree: who is whose neighbour since when, and which placements follow from it (docs/protocol.md
 * §5.2, *commit*). Where nodes sit is the policy's business.
 */
import { COORDINATOR } from './credentials.ts';
import { saying } from './shards.ts';
import type { Interest, Neighbour, NodeName, PlacementBody } from './messages.ts';
import type { PlacementPolicy } from './placement.ts';
import type { Report } from './node.ts';
import type { Known, StoredTree } from './stored.ts';

/** Which edges are made anew at a commit though they stay. */
export type Remade = (child: NodeName, parent: NodeName) => boolean;

/** What a commit changed. */
export interface Committed {
  /** Nodes whose neighbourhood is another now, sorted; `C` may be among them. */
  readonly changed: readonly NodeName[];
  readonly report: Report;
}

/** A node of the tree, seen by its neighbours. */
export type Identify = (node: NodeName) => Pick<Neighbour, 'incarnation' | 'credential'>;

/** What is wanted by a node and below it, given what its children want. */
export type InterestOf = (node: NodeName, below: ReadonlyMap<NodeName, Interest>) => Interest | undefined;

/** The coordinator's tree. */
export class Tree {
  readonly policy: PlacementPolicy;
  #version: number;
  #parents: Map<NodeName, NodeName>;
  #children: Map<NodeName, NodeName[]>;
  readonly #placedAt: Map<NodeName, number>;
  /** Version of the edge above each node. */
  #links: Map<NodeName, number>;
  /** What was wanted by each node and below it at the last commit. */
  #interests: Map<NodeName, Interest>;
  /** Each node's neighbourhood at the last commit, as text. */
  #hoods = new Map<NodeName, string>();
  readonly #identify: Identify;
  readonly #interestOf: InterestOf;

  /**
   * @param policy where nodes sit
   * @param identify incarnation and credential of a node in the tree or `C`, as of now
   * @param interestOf what nodes want as of now
   * @param stored to go on from; `identify` must still say what it said then
   */
  constructor(policy: PlacementPolicy, identify: Identify, interestOf: InterestOf, stored?: StoredTree) {
    this.policy = policy;
    this.#identify = identify;
    this.#interestOf = interestOf;
    this.#interests = new Map(stored?.interests);
    this.#version = stored?.version ?? 0;
    this.#links = new Map(stored?.links);
    this.#placedAt = new Map(stored?.placedAt);
    this.#parents = policy.parents();
    this.#children = childrenOf(this.#parents);
    this.#hoods = this.#describe();
  }

  /** Number of nodes in the tree, `C` not counted. */
  get size(): number {
    return this.#parents.size;
  }

  has(node: NodeName): boolean {
    return this.#parents.has(node);
  }

  nodes(): NodeName[] {
    return [...this.#parents.keys()].sort();
  }

  parentOf(node: NodeName): NodeName | undefined {
    return this.#parents.get(node);
  }

  /** Sorted. */
  childrenOf(node: NodeName): readonly NodeName[] {
    return this.#children.get(node) ?? [];
  }

  /** Version at which the edge above a node was made. */
  linkOf(child: NodeName): number | undefined {
    return this.#links.get(child);
  }

  /** Version of a node's last placement. */
  placedAt(node: NodeName): number | undefined {
    return this.#placedAt.get(node);
  }

  /** What goes down the edge above a node; undefined: everything. */
  interestOf(node: NodeName): Interest | undefined {
    return this.#interests.get(node);
  }

  areAdjacent(a: NodeName, b: NodeName): boolean {
    return this.parentOf(a) === b || this.parentOf(b) === a;
  }

  /** The nodes on the way from `C` down to a node in the tree: `C` excluded, the node included. */
  pathTo(node: NodeName): NodeName[] {
    const path: NodeName[] = [];
    for (let at = node; at !== COORDINATOR; at = this.parentOf(at) ?? COORDINATOR) path.unshift(at);
    return path;
  }

  /** Takes what the policy says now as the next version. */
  commit(isRemade: Remade): Committed {
    this.#version += 1;
    const parents = this.policy.parents();
    const links = new Map<NodeName, number>();
    for (const [child, parent] of parents) {
      const made = this.#parents.get(child) === parent ? this.#links.get(child) : undefined;
      links.set(child, made === undefined || isRemade(child, parent) ? this.#version : made);
    }
    this.#parents = parents;
    this.#children = childrenOf(parents);
    this.#links = links;
    this.#interests = this.#collectInterests();
    const before = this.#hoods;
    this.#hoods = this.#describe();
    const changed = [...this.#hoods]
      .filter(([node, hood]) => before.get(node) !== hood)
      .map(([node]) => node);
    for (const node of changed) if (node !== COORDINATOR) this.#placedAt.set(node, this.#version);
    for (const node of this.#placedAt.keys()) if (!parents.has(node)) this.#placedAt.delete(node);
    return { changed: changed.sort(), report: this.#report() };
  }

  /** The neighbours of `C`. */
  neighboursOfRoot(): Neighbour[] {
    return this.childrenOf(COORDINATOR).map((child) => this.#child(child));
  }

  /** The placement of a node in the tree. */
  placementOf({ node, role, incarnation, birth }: Known): PlacementBody {
    const parent = this.parentOf(node);
    if (parent === undefined) throw new RangeError(`node ${node} is not in the tree`);
    return {
      node,
      incarnation,
      birth,
      version: this.#placedAt.get(node) as number,
      level: this.#levelOf(node),
      parent: this.#neighbour(parent, node),
      children: this.childrenOf(node).map((child) => this.#child(child)),
      ...saying(role === 'client' ? this.interestOf(node) : undefined),
    };
  }

  stored(): StoredTree {
    return {
      version: this.#version,
      heap: this.policy.snapshot(),
      links: [...this.#links],
      placedAt: [...this.#placedAt],
      interests: [...this.#interests],
    };
  }

  /** `node` as a neighbour over the edge above `child`. */
  #neighbour(node: NodeName, child: NodeName): Neighbour {
    return { node, ...this.#identify(node), link: this.#links.get(child) as number };
  }

  #child(child: NodeName): Neighbour {
    return { ...this.#neighbour(child, child), ...saying(this.interestOf(child)) };
  }

  #collectInterests(): Map<NodeName, Interest> {
    const interests = new Map<NodeName, Interest>();
    const collect = (node: NodeName): void => {
      const below = new Map<NodeName, Interest>();
      for (const child of this.childrenOf(node)) {
        collect(child);
        const interest = interests.get(child);
        if (interest !== undefined) below.set(child, interest);
      }
      const interest = node === COORDINATOR ? undefined : this.#interestOf(node, below);
      if (interest !== undefined) interests.set(node, interest);
    };
    collect(COORDINATOR);
    return interests;
  }

  #levelOf(node: NodeName): number {
    return this.pathTo(node).length;
  }

  #describe(): Map<NodeName, string> {
    const end = (node: NodeName, child: NodeName): string =>
      `${node}/${this.#identify(node).incarnation}@${this.#links.get(child)}`;
    const hoods = new Map<NodeName, string>();
    for (const node of [COORDINATOR, ...this.#parents.keys()]) {
      const parent = this.#parents.get(node);
      const above = parent === undefined ? '' : end(parent, node);
      const below = this.childrenOf(node).map((child) => `${end(child, child)}${this.#interestText(child)}`);
      const own = `${this.#identify(node).incarnation}${below.length > 0 ? '' : this.#interestText(node)}`;
      hoods.set(node, `${own} ${this.#levelOf(node)} ${above} < ${below.join(' ')}`);
    }
    return hoods;
  }

  #interestText(node: NodeName): string {
    const interest = this.interestOf(node);
    return interest === undefined ? '' : `:${interest.join('.')}`;
  }

  #report(): Report {
    const edges = this.nodes().map((child) => ({
      child,
      parent: this.#parents.get(child) as NodeName,
      link: this.#links.get(child) as number,
      ...saying(this.interestOf(child)),
    }));
    return { type: 'committed', version: this.#version, edges, pending: this.policy.pending() };
  }
}

function childrenOf(parents: ReadonlyMap<NodeName, NodeName>): Map<NodeName, NodeName[]> {
  const children = new Map<NodeName, NodeName[]>();
  for (const child of [...parents.keys()].sort()) {
    const parent = parents.get(child) as NodeName;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [child]);
    else siblings.push(child);
  }
  return children;
}
