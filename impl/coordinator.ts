/** The coordinator: membership (docs/protocol.md §5.2). Epochs and data are in `root.ts`. */
import { reject, timerSubject, type NodeOptions } from './base.ts';
import { equalBytes } from './codec.ts';
import { COORDINATOR } from './credentials.ts';
import { generationOf, isOfLife } from './shapes.ts';
import { Root } from './root.ts';
import { DomainPolicy } from './domain-policy.ts';
import { HeapPolicy, type PlacementPolicy, type PolicySnapshot } from './placement.ts';
import { areSame, isChoice, saying, unionOf } from './shards.ts';
import { Tree, type Identify, type InterestOf, type Remade } from './tree.ts';
import type {
  ControlFrame,
  ControlFrameOf,
  Interest,
  JoinBody,
  JoinRefusedBody,
  LeaveBody,
  NodeName,
  PlacementAckBody,
  ProbeBody,
  SubscriptionBody,
  SuspectBody,
} from './messages.ts';
import type { Command, Gauge } from './node.ts';
import type { Entry, Known, StoredTree } from './stored.ts';

/** A question to a suspect. */
interface Probe {
  readonly nonce: number;
  readonly incarnation: number;
  readonly reporter: NodeName;
}

/** Birth of a node that left. */
const LEFT = new Uint8Array(0);

const nothing: Remade = () => false;

/** The node of role coordinator. */
export class Coordinator extends Root {
  protected incarnation = 0;
  protected serial = 0;
  protected readonly known = new Map<NodeName, Known>();
  protected tree: Tree;
  protected readonly unacked = new Set<NodeName>();
  protected readonly probes = new Map<NodeName, Probe>();

  /** @throws TypeError, RangeError as {@link NodeOptions} says, or for keys of another role */
  constructor(options: NodeOptions) {
    super(options);
    this.tree = this.makeTree();
  }

  override gauges(): readonly Gauge[] {
    return [
      { buffer: 'links', size: this.links.size, bound: this.parameters.k },
      ...super.gauges(),
      { buffer: 'unacked', size: this.unacked.size, bound: this.tree.size },
      { buffer: 'probes', size: this.probes.size, bound: this.tree.size },
    ];
  }

  protected makePolicy(snapshot?: PolicySnapshot): PlacementPolicy {
    const { k, domains } = this.parameters;
    if (domains === 1)
      return new HeapPolicy(k, snapshot !== undefined && 'routers' in snapshot ? snapshot : undefined);
    const domainOf = (node: NodeName): string => this.known.get(node)?.credential.domain ?? '';
    return new DomainPolicy(
      k,
      domainOf,
      snapshot !== undefined && 'domains' in snapshot ? snapshot : undefined,
    );
  }

  protected makeTree(stored?: StoredTree): Tree {
    const identify: Identify = (node) => {
      if (node === COORDINATOR) return { incarnation: this.incarnation, credential: this.keys.credential };
      const { incarnation, credential } = this.known.get(node) as Known;
      return { incarnation, credential };
    };
    const interestOf: InterestOf = (node, below) => this.interestOf(node, below);
    return new Tree(this.makePolicy(stored?.heap), identify, interestOf, stored);
  }

  /** What is wanted by a node and below it, by what its children want; undefined where there is one shard. */
  protected interestOf(node: NodeName, below: ReadonlyMap<NodeName, Interest>): Interest | undefined {
    if (this.parameters.shards === 1) return undefined;
    const known = this.known.get(node);
    return known?.role === 'client' ? (known.interest ?? []) : unionOf(below.values());
  }

  // Life

  protected start(): void {
    let stored: StoredTree | undefined;
    for (const entry of this.stored()) {
      this.restore(entry);
      if (entry.type === 'tree') stored = entry.tree;
    }
    this.tree = this.makeTree(stored);
    this.incarnation += 1;
    this.persist({ type: 'incarnation', incarnation: this.incarnation });
    if (this.tree.size > 0) this.replaceEverybody();
    this.setTimer('heartbeat', this.parameters.heartbeatMs);
    this.setTimer('epoch', this.parameters.epochMs);
  }

  protected override restore(entry: Entry): void {
    super.restore(entry);
    if (entry.type === 'incarnation') this.incarnation = entry.incarnation;
    else if (entry.type === 'serial') this.serial = entry.serial;
    else if (entry.type === 'known') this.known.set(entry.known.node, entry.known);
  }

  /** After a restart: the same tree, new links to `C`, and whoever missed a placement gets it. */
  protected replaceEverybody(): void {
    for (const node of this.tree.nodes()) this.unacked.add(node);
    this.commit((_, parent) => parent === COORDINATOR, true);
  }

  protected onTimer(timer: string): void {
    const suspect = timerSubject(timer, 'suspect');
    const probed = timerSubject(timer, 'probe');
    if (suspect !== undefined) this.onSuspicion(suspect);
    else if (probed !== undefined) this.onNoAnswer(probed);
    else if (timer === 'placement') this.repeatPlacements();
    else if (timer === 'heartbeat') this.beat();
    else this.onEpochTimer(timer);
  }

  protected onCommand(command: Command): void {
    if (command.type !== 'rotate') reject(`${command.type}: not at the coordinator`);
    this.rotate(command.rotation);
  }

  // Control messages

  protected onControl(frame: ControlFrame): void {
    // A node speaks for itself only; the credential says who it is.
    if (frame.credential.node !== frame.body.node) reject(`${frame.kind}: signed by another node`);
    if ('incarnation' in frame.body && !isOfLife(frame.credential, frame.body.incarnation))
      reject(`${frame.kind}: signed by the keys of other lives`);
    if (frame.kind === 'join') {
      this.onJoin(frame);
      return;
    }
    const known = this.known.get(frame.body.node);
    if (known === undefined) reject(`${frame.kind}: of an unknown node`);
    if ('incarnation' in frame.body && !this.isOfPresentIncarnation(known, frame.body.incarnation))
      reject(`${frame.kind}: of another life`);
    if (frame.kind === 'leave') this.onLeave(known, frame.body);
    else if (frame.kind === 'subscription') this.onSubscription(known, frame.body);
    else if (frame.kind === 'placement-ack') this.onPlacementAck(frame.body);
    else if (frame.kind === 'suspect') this.onSuspect(frame.body);
    else if (frame.kind === 'probe-ack') this.onProbeAck(frame.body);
    else reject(`${frame.kind}: not for the coordinator`);
  }

  protected isOfPresentIncarnation(known: Known, incarnation: number): boolean {
    return known.incarnation === incarnation;
  }

  protected onJoin({ body, credential }: ControlFrameOf<'join'>): void {
    if (!this.mayJoinAs(body, credential.role)) reject('join: in another role');
    const known = this.known.get(body.node);
    if (this.isExcluded(body.node, body.incarnation) || this.isRenewed(known, body.incarnation)) {
      this.refuse(body, 'excluded', known?.incarnation ?? body.incarnation);
      return;
    }
    if (known !== undefined && this.isIncarnationTaken(known, body)) {
      this.refuse(body, 'incarnation', known.incarnation);
      return;
    }
    if (known !== undefined && this.isRepeatedJoin(known, body)) reject('join: an old attempt');
    const { node, role, incarnation, birth, attempt, interest } = body;
    this.learn({ node, role, incarnation, birth, attempt, credential, ...saying(interest) });
    if (!this.tree.has(node)) this.admit(body);
    else if (known === undefined || incarnation > known.incarnation)
      this.commit((child, parent) => child === node || parent === node);
    else if (this.isOrphanOfPresentEdge(body)) this.onOrphan(body);
    else this.sendPlacement(node);
  }

  protected isExcluded(node: NodeName, incarnation: number): boolean {
    return this.forks.isExcluded(node, incarnation);
  }

  /** Whether a node has been here under newer keys than those that it has in an incarnation. */
  protected isRenewed(known: Known | undefined, incarnation: number): boolean {
    return known !== undefined && generationOf(known.incarnation) > generationOf(incarnation);
  }

  protected mayJoinAs(body: JoinBody, role: string): boolean {
    return body.role === role;
  }

  /** Whether an incarnation is another life's: a lower one, or claimed from another birth. */
  protected isIncarnationTaken(known: Known, { incarnation, birth }: JoinBody): boolean {
    return (
      incarnation < known.incarnation ||
      (incarnation === known.incarnation && !equalBytes(birth, known.birth))
    );
  }

  protected isRepeatedJoin(known: Known, { incarnation, attempt }: JoinBody): boolean {
    return incarnation === known.incarnation && attempt <= known.attempt;
  }

  protected isOrphanOfPresentEdge({ node, reason, suspect, link }: JoinBody): boolean {
    return reason === 'orphaned' && this.tree.parentOf(node) === suspect && this.tree.linkOf(node) === link;
  }

  protected onOrphan({ node, suspect }: JoinBody): void {
    if (suspect === COORDINATOR) this.breakEdge(node, suspect);
    else this.probe(suspect, node);
  }

  /** Seats a node that is not in the tree, or lets it wait. */
  protected admit(body: JoinBody): void {
    const isFull = body.role === 'client' && !this.tree.policy.hasFreeSlotFor(body.node);
    const wasPending = this.tree.policy.isPending(body.node);
    this.tree.policy.join(body.node, body.role);
    if (!isFull) {
      this.commit(nothing);
      return;
    }
    if (!wasPending) this.persistTree();
    this.refuse(body, 'pending', body.incarnation);
  }

  protected refuse({ node, birth, attempt }: JoinBody, why: JoinRefusedBody['why'], known: number): void {
    this.sendControl(node, 'join-refused', { node, birth, attempt, why, known });
  }

  protected learn(known: Known): void {
    this.known.set(known.node, known);
    this.persist({ type: 'known', known });
  }

  protected onLeave(known: Known, { node }: LeaveBody): void {
    if (!this.tree.has(node) && !this.tree.policy.isPending(node)) reject('leave: not in the tree');
    this.learn({ ...known, birth: LEFT });
    this.takeOut(node);
  }

  /** Takes a node out of the tree, or off those that wait for a place. */
  protected takeOut(node: NodeName): void {
    const isIn = this.tree.has(node);
    this.tree.policy.remove(node);
    if (isIn) this.commit(nothing);
    else this.persistTree();
  }

  protected onSubscription(known: Known, { node, attempt, interest }: SubscriptionBody): void {
    if (known.birth.length === 0 || this.isExcluded(node, known.incarnation)) reject('subscription: left');
    if (!this.isLastWord(known, attempt)) reject('subscription: an old attempt');
    if (known.role !== 'client' || !isChoice(interest, this.parameters.shards))
      reject('subscription: nothing to choose from');
    this.learn({ ...known, attempt, interest });
    if (this.tree.has(node) && !areSame(this.tree.interestOf(node), interest)) this.commit(nothing);
  }

  protected isLastWord(known: Known, attempt: number): boolean {
    return attempt > known.attempt;
  }

  protected onPlacementAck({ node, version }: PlacementAckBody): void {
    if (!this.unacked.has(node)) reject('placement-ack: not waited for');
    if (this.tree.placedAt(node) !== version) reject('placement-ack: of another version');
    this.unacked.delete(node);
    if (this.unacked.size === 0) this.cancelTimer('placement');
  }

  protected repeatPlacements(): void {
    for (const node of [...this.unacked].sort()) this.sendPlacement(node);
    if (this.unacked.size > 0) this.setTimer('placement', this.parameters.placementMs);
  }

  protected sendPlacement(node: NodeName): void {
    this.sendControl(node, 'placement', this.tree.placementOf(this.known.get(node) as Known));
  }

  protected lastIncarnationOf(node: NodeName): number {
    return this.known.get(node)?.incarnation ?? 0;
  }

  protected exclude(node: NodeName): void {
    if (this.tree.has(node) || this.tree.policy.isPending(node)) this.takeOut(node);
  }

  // Suspicion

  protected onSuspect({ node, child, link }: SuspectBody): void {
    if (this.tree.parentOf(child) !== node || this.tree.linkOf(child) !== link)
      reject('suspect: no present edge');
    this.probe(child, node);
  }

  protected onSuspicion(node: NodeName): void {
    if (this.tree.parentOf(node) !== COORDINATOR) reject(`timer suspect:${node}: no child`);
    this.probe(node, COORDINATOR);
    this.setTimer(`suspect:${node}`, this.parameters.suspectMs);
  }

  protected probe(node: NodeName, reporter: NodeName): void {
    if (this.probes.has(node)) return;
    const { incarnation } = this.known.get(node) as Known;
    this.serial += 1;
    this.persist({ type: 'serial', serial: this.serial });
    this.probes.set(node, { nonce: this.serial, incarnation, reporter });
    this.sendControl(node, 'probe', { node, incarnation, nonce: this.serial });
    this.setTimer(`probe:${node}`, this.parameters.probeMs);
  }

  /** It lives: only the edge is broken. */
  protected onProbeAck({ node, nonce }: ProbeBody): void {
    const probe = this.probes.get(node);
    if (probe === undefined || !this.isAnswerOf(probe, nonce)) reject('probe-ack: not asked');
    this.probes.delete(node);
    this.cancelTimer(`probe:${node}`);
    if (this.tree.areAdjacent(probe.reporter, node)) this.breakEdge(probe.reporter, node);
  }

  protected isAnswerOf(probe: Probe, nonce: number): boolean {
    return probe.nonce === nonce;
  }

  /** It is dead. */
  protected onNoAnswer(node: NodeName): void {
    if (!this.probes.delete(node)) reject(`timer probe:${node}: not asked`);
    this.tree.policy.remove(node);
    this.commit(nothing);
  }

  protected breakEdge(reporter: NodeName, other: NodeName): void {
    this.tree.policy.breakEdge(reporter, other);
    // Where the policy finds no way to part the two, a new link at least forgets what went wrong on the old one.
    this.commit(
      (child, parent) => (child === reporter && parent === other) || (child === other && parent === reporter),
    );
  }

  // Commit

  /** Makes the policy's tree the next version and tells everybody whom it changes. */
  protected commit(isRemade: Remade, isEverybodyTold = false): void {
    const wereUnacked = this.unacked.size > 0;
    const { changed, report } = this.tree.commit(isRemade);
    this.persistTree();
    this.report(report);
    for (const node of this.unacked) if (!this.tree.has(node)) this.unacked.delete(node);
    const told = isEverybodyTold ? this.tree.nodes() : changed.filter((node) => node !== COORDINATOR);
    for (const node of told) {
      this.unacked.add(node);
      this.sendPlacement(node);
    }
    if (this.unacked.size > 0) this.setTimer('placement', this.parameters.placementMs);
    else if (wereUnacked) this.cancelTimer('placement');
    if (changed.includes(COORDINATOR)) this.installOwn();
    this.forgetProbes();
  }

  protected installOwn(): void {
    const before = this.links.names();
    this.links.install(this.tree.neighboursOfRoot(), this.incarnation);
    for (const node of this.links.names()) this.setTimer(`suspect:${node}`, this.parameters.suspectMs);
    for (const node of before) if (!this.links.has(node)) this.cancelTimer(`suspect:${node}`);
  }

  /** Probes of nodes that are gone, or that came back as another life, ask nobody. */
  protected forgetProbes(): void {
    for (const [node, { incarnation }] of this.probes) {
      if (this.tree.has(node) && this.known.get(node)?.incarnation === incarnation) continue;
      this.probes.delete(node);
      this.cancelTimer(`probe:${node}`);
    }
  }

  protected persistTree(): void {
    this.persist({ type: 'tree', tree: this.tree.stored() });
  }

  // What the root needs to know

  protected childrenOfRoot(): readonly NodeName[] {
    return this.links.names();
  }

  protected interestBelow(child: NodeName): Interest | undefined {
    return this.tree.interestOf(child);
  }

  protected pathTo(node: NodeName): readonly NodeName[] | undefined {
    return this.tree.has(node) ? this.tree.pathTo(node) : undefined;
  }
}
