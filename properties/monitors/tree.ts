/** The tree: its shape, and who decides it. */
import type { Violation } from '../../engine/index.ts';
import type { Neighbour, NodeName } from '../../model/index.ts';
import type { Report, SeenReaction } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import { Judge } from './judge.ts';

type Committed = Extract<Report, { readonly type: 'committed' }>;
type Installed = Extract<Report, { readonly type: 'installed' }>;

/** `tree-shape`: one root, one parent a node, no cycle, connected, clients leaves, no self-neighbour, at most K children. */
export class TreeShape extends Judge {
  #tightest = 0;

  get tightest(): string | undefined {
    return this.exercised === 0
      ? undefined
      : `${this.#tightest} of K = ${this.watch.scenario.parameters.k} children`;
  }

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const isEntries = this.watch.facts.tree === 'entries';
    for (const report of reaction.reports) {
      if (report.type === 'committed' && !isEntries) {
        this.exercised += 1;
        const fault = this.#faultOf(report);
        if (fault !== undefined)
          return this.violated(reaction, `version ${report.version}: ${fault}`, report);
      }
      if (report.type === 'installed' && isEntries) {
        this.exercised += 1;
        const fault = this.#faultOfEntries(reaction.node, report);
        if (fault !== undefined) return this.violated(reaction, fault, report);
      }
    }
    return undefined;
  }

  /**
   * Where nobody commits a tree: what one node's entries can break, whatever those of others say in the meantime. A node without
   * a parent and a child that two nodes have an entry of may only be on their way; what does not come to an end breaks `reattachment`.
   */
  #faultOfEntries(node: NodeName, { parent, children }: Installed): string | undefined {
    const { k } = this.watch.scenario.parameters;
    const { parents } = this.watch.placing;
    if (parent === node || children.includes(node)) return `${node} is its own neighbour`;
    if (node === ROOT && parent !== '') return `the root has a parent, ${parent}`;
    if (parent.startsWith('c')) return `${parent} is a client and has a child, ${node}`;
    const isFlat = this.watch.scenario.topology === 'flat';
    const limited = isFlat ? children : children.filter((child) => child.startsWith('r'));
    this.#tightest = Math.max(this.#tightest, limited.length);
    if (limited.length > k)
      return `${node} has ${limited.length} ${isFlat ? 'children' : 'child routers'}, K is ${k}`;
    let at = parents.get(node);
    for (let hops = 0; at !== undefined && at !== ROOT && hops <= parents.size; hops += 1) {
      if (at === node) return `${node} is on a cycle`;
      at = parents.get(at);
    }
    return undefined;
  }

  #faultOf({ edges }: Committed): string | undefined {
    const { k } = this.watch.scenario.parameters;
    const parents = new Map<NodeName, NodeName>();
    const children = new Map<NodeName, number>();
    for (const { child, parent } of edges) {
      if (child === parent) return `${child} is its own neighbour`;
      if (child === ROOT) return `the root has a parent, ${parent}`;
      if (parents.has(child)) return `${child} has two parents, ${parents.get(child)} and ${parent}`;
      if (parent.startsWith('c')) return `${parent} is a client and has a child, ${child}`;
      parents.set(child, parent);
      const many = (children.get(parent) ?? 0) + 1;
      children.set(parent, many);
      this.#tightest = Math.max(this.#tightest, many);
      if (many > k) return `${parent} has ${many} children, K is ${k}`;
    }
    for (const node of parents.keys()) {
      let at: NodeName | undefined = node;
      for (let hops = 0; at !== ROOT; hops += 1) {
        at = parents.get(at);
        if (at === undefined) return `${node} is not connected to the root`;
        if (hops > parents.size) return `${node} is on a cycle`;
      }
    }
    return undefined;
  }
}

/** `one-slot-per-credential`: one credential never holds two places in a tree. */
export class OneSlotPerCredential extends Judge {
  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    for (const report of reaction.reports) {
      if (report.type !== 'committed') continue;
      this.exercised += 1;
      const places = [...report.edges.map(({ child }) => child), ...report.pending];
      const twice = places.find((node, index) => places.indexOf(node) !== index);
      if (twice !== undefined)
        return this.violated(reaction, `version ${report.version}: ${twice} holds two places`, report);
    }
    return undefined;
  }
}

/** `placement-authority`: a node's neighbours are those that the coordinator last told it; versions only grow. */
export class PlacementAuthority extends Judge {
  readonly #version = new Map<NodeName, number>();
  readonly #neighbours = new Map<NodeName, ReadonlySet<NodeName>>();
  /** Texts of the placements that the coordinator sent, this run. */
  readonly #told = new Set<string>();

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const { node, input } = reaction;
    for (const { reading } of reaction.sends) {
      if (reading.message.type === 'placement' && node === ROOT) this.#told.add(reading.text);
    }
    if (input.kind === 'start') {
      this.#version.delete(node);
      this.#neighbours.delete(node);
    }
    for (const report of reaction.reports) {
      const fault =
        report.type === 'installed'
          ? this.#installed(reaction, report)
          : report.type === 'committed'
            ? this.#committed(reaction, report)
            : undefined;
      if (fault !== undefined) return this.violated(reaction, fault, report);
    }
    for (const { to, reading } of reaction.sends) {
      if (!('link' in reading.message) || !('from' in reading.message)) continue;
      if (this.#neighbours.get(node)?.has(to) !== true)
        return this.violated(
          reaction,
          `${node} sent a ${reading.message.type} to ${to}, which is not its neighbour`,
        );
    }
    return undefined;
  }

  #installed(
    reaction: SeenReaction,
    report: Extract<Report, { readonly type: 'installed' }>,
  ): string | undefined {
    const { node, input } = reaction;
    this.exercised += 1;
    const before = this.#version.get(node) ?? 0;
    if (report.version <= before) return `${node} installed version ${report.version} over version ${before}`;
    const message = input.kind === 'frame' ? input.reading.message : undefined;
    if (message?.type !== 'placement')
      return `${node} changed its neighbours without a placement from the coordinator`;
    if (input.kind === 'frame' && this.watch.isTreeGenuine && !this.#told.has(input.reading.text))
      return `${node} installed a placement that the coordinator never sent`;
    const told = namesOf(message.children);
    if (
      message.node !== node ||
      message.version !== report.version ||
      message.parent.node !== report.parent ||
      told.join() !== report.children.toSorted().join()
    )
      return `${node} installed other neighbours than it was told`;
    this.#version.set(node, report.version);
    this.#neighbours.set(node, new Set([report.parent, ...report.children]));
    return undefined;
  }

  #committed(reaction: SeenReaction, report: Committed): string | undefined {
    const { node } = reaction;
    if (node !== ROOT) return `${node} committed a tree; only the coordinator may`;
    this.exercised += 1;
    const before = this.#version.get('') ?? 0;
    if (report.version <= before)
      return `the coordinator committed version ${report.version} after version ${before}`;
    this.#version.set('', report.version);
    this.#neighbours.set(
      ROOT,
      new Set(report.edges.filter(({ parent }) => parent === ROOT).map(({ child }) => child)),
    );
    return undefined;
  }
}

function namesOf(neighbours: readonly Neighbour[]): readonly NodeName[] {
  return neighbours.map(({ node }) => node).toSorted();
}
