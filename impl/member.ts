/** Membership of routers and clients: joining, placement, heartbeats, suspicion (docs/protocol.md §5.1). */
import { reject, timerSubject, type NodeOptions } from './base.ts';
import { equalBytes } from './codec.ts';
import { COORDINATOR, type NodeKeys } from './credentials.ts';
import { generationOf, isOfLife, isVoid, LIVES_PER_KEY } from './shapes.ts';
import { saying } from './shards.ts';
import { Witness } from './witness.ts';
import type {
  ControlFrame,
  ControlFrameOf,
  Credential,
  Evidence,
  Interest,
  JoinBody,
  JoinRefusedBody,
  LinkBody,
  Neighbour,
  NodeName,
  PlacementBody,
  ProbeBody,
  SyncBody,
} from './messages.ts';
import type { Command, Gauge } from './node.ts';

export type MemberState = 'joining' | 'pending' | 'attached' | 'orphaned' | 'doubting' | 'left';

/** A router or a client. */
export abstract class Member extends Witness {
  protected readonly role: 'router' | 'client';
  protected state: MemberState = 'joining';
  protected birth: Uint8Array = new Uint8Array(16);
  protected attempt = 0;
  /** Of the placement that is installed; 0: none in this life. */
  protected version = 0;
  protected level = 0;
  protected parent: NodeName = '';
  protected children: readonly NodeName[] = [];
  /** What each child wants, and whoever is below it. */
  protected wanted: ReadonlyMap<NodeName, Interest | undefined> = new Map();
  /** What a client subscribes to; undefined where there is one shard, and at routers. */
  protected interest: Interest | undefined;
  /** Greatest nonce of the probes that were answered. */
  protected nonce = 0;
  protected plea: Pick<JoinBody, 'reason' | 'suspect' | 'link'> = { reason: 'new', suspect: '', link: 0 };
  /** Greatest epochs of the RTS and SYNC accepted in this life. */
  protected rts = 0;
  protected sync = 0;

  constructor(options: NodeOptions, role: 'router' | 'client') {
    super(options);
    if (options.keys.credential.role !== role) throw new RangeError(`keys are those of no ${role}`);
    this.role = role;
  }

  gauges(): readonly Gauge[] {
    return [
      { buffer: 'links', size: this.links.size, bound: this.parameters.k + 1 },
      { buffer: 'forks', size: this.forks.size, bound: this.parameters.maxCapsules },
    ];
  }

  protected start(entropy: Uint8Array): void {
    const entries = this.stored();
    for (const entry of entries) this.restore(entry);
    if (entries.length > 0) this.plea = { ...this.plea, reason: 'restarted' };
    this.birth = new Uint8Array(entropy);
    this.takeIncarnation(this.nextIncarnation());
    this.join('joining');
  }

  protected onTimer(timer: string): void {
    if (this.state === 'left') return;
    const subject = timerSubject(timer, 'suspect');
    if (subject !== undefined) this.onSuspicion(subject);
    else if (timer === 'join' && this.state !== 'attached') this.join(this.state);
    else if (timer === 'heartbeat' && this.hasPlace()) this.beat();
    else this.onOtherTimer(timer);
  }

  protected onOtherTimer(timer: string): void {
    reject(`timer ${timer}: not set`);
  }

  protected onCommand(command: Command): void {
    if (this.state === 'left') {
      if (command.type === 'put') this.report({ type: 'refused', why: 'leaving' });
      if (command.type === 'renew') this.renew(command.keys);
    } else if (command.type !== 'renew') this.obey(command);
  }

  /** Keeps its next keys. The next life counts on from where they begin. */
  protected renew(keys: NodeKeys): void {
    const { node, role, generation = 0 } = keys.credential;
    if (node !== this.node || role !== this.role || !this.verifyCredential(keys.credential))
      reject('renew: not its keys');
    if (generation !== generationOf(this.incarnation) + 1) reject('renew: not its next keys');
    this.persist({ type: 'keys', keys });
    this.takeIncarnation(generation * LIVES_PER_KEY);
    this.report({ type: 'renewed', generation });
  }

  /** Obeys a command while it has not left. */
  protected abstract obey(command: Command): void;
  /** A body other than a heartbeat. */
  protected abstract onBody(from: NodeName, body: LinkBody, data: Uint8Array): void;
  /** It installed a placement. */
  protected onInstalled(_placement: PlacementBody): void {}
  /** It became attached, maybe again. */
  protected onAttached(): void {}
  /** The incarnation that it claimed was taken: this life begins anew. */
  protected onIncarnationLost(): void {}

  protected onControl(frame: ControlFrame): void {
    if (this.state === 'left') reject('left');
    if (!this.isCoordinator(frame.credential)) reject(`${frame.kind}: not by the coordinator`);
    if (frame.kind === 'placement') this.onPlacement(frame);
    else if (frame.kind === 'join-refused') this.onRefusal(frame.body);
    else if (frame.kind === 'probe') this.onProbe(frame.body);
    else reject(`${frame.kind}: not for a ${this.role}`);
  }

  protected onLink(from: NodeName, body: LinkBody, data: Uint8Array): void {
    if (this.state === 'left') reject('left');
    if (body.kind === 'split-view') {
      this.onSplitView(body);
      return;
    }
    if (body.kind !== 'heartbeat') {
      this.onBody(from, body, data);
      return;
    }
    this.setTimer(`suspect:${from}`, this.parameters.suspectMs);
    if (from !== this.parent || this.state !== 'orphaned') return;
    this.cancelTimer('join');
    this.state = 'attached';
    this.onAttached();
  }

  // Joining

  protected nextIncarnation(): number {
    return this.incarnation + 1;
  }

  protected takeIncarnation(incarnation: number): void {
    this.incarnation = incarnation;
    this.persist({ type: 'incarnation', incarnation });
  }

  /** Sends the next attempt to join. */
  protected join(state: MemberState): void {
    this.state = state;
    this.attempt += 1;
    this.sendControl(COORDINATOR, 'join', {
      node: this.node,
      role: this.role,
      incarnation: this.incarnation,
      birth: this.birth,
      attempt: this.attempt,
      ...this.plea,
      ...saying(this.interest),
    });
    if (this.plea.reason === 'orphaned') this.show(this.plea.suspect);
    this.setTimer('join', this.parameters.joinMs);
  }

  protected onRefusal(refusal: JoinRefusedBody): void {
    if (!this.isRefusalOfPresentJoin(refusal)) reject('join-refused: of another join');
    if (refusal.why === 'excluded') {
      if (this.state === 'attached') reject('join-refused: has a place');
      this.stop();
    } else if (refusal.why === 'incarnation') {
      if (this.state !== 'joining' && this.state !== 'pending') reject('join-refused: not joining');
      if (!this.mustRaiseIncarnation(refusal.known)) reject('join-refused: a lower incarnation');
      if (!isOfLife(this.keys.credential, refusal.known + 1)) reject('join-refused: of other keys');
      this.takeIncarnation(refusal.known + 1);
      this.plea = { reason: 'restarted', suspect: '', link: 0 };
      this.onIncarnationLost();
      this.join('joining');
    } else {
      if (this.role === 'router') reject('join-refused: routers do not wait');
      if (this.state === 'attached') reject('join-refused: attached');
      this.state = 'pending';
      this.report({ type: 'pending' });
    }
  }

  protected isRefusalOfPresentJoin(refusal: JoinRefusedBody): boolean {
    return (
      refusal.node === this.node && equalBytes(refusal.birth, this.birth) && refusal.attempt === this.attempt
    );
  }

  protected mustRaiseIncarnation(known: number): boolean {
    return known >= this.incarnation;
  }

  // Placement

  protected hasPlace(): boolean {
    return this.version > 0;
  }

  protected onPlacement(frame: ControlFrameOf<'placement'>): void {
    const placement = frame.body;
    if (!this.areNeighboursGenuine(placement)) reject('placement: a neighbour is not enrolled');
    if (!this.isPossible(placement)) reject('placement: of no tree');
    if (this.witness(frame)) return;
    if (!this.isPlacementForThisLife(placement)) reject('placement: for another node or life');
    if (!this.acceptsPlacement(placement)) reject('placement: an old version');
    if (!this.isInstalled(placement)) this.install(frame);
    else if (this.installed() === undefined || this.contradictsInstalled(frame))
      reject('placement: not the one of this version');
    else this.acknowledge();
  }

  protected isPlacementForThisLife(placement: PlacementBody): boolean {
    return (
      placement.node === this.node &&
      placement.incarnation === this.incarnation &&
      equalBytes(placement.birth, this.birth)
    );
  }

  protected acceptsPlacement(placement: PlacementBody): boolean {
    return placement.version >= this.version;
  }

  protected isInstalled(placement: PlacementBody): boolean {
    return placement.version === this.version;
  }

  /** Credentials in a placement are checked on their own: the coordinator's word does not make a key somebody's. */
  protected areNeighboursGenuine({ node, parent, children }: PlacementBody): boolean {
    const isGenuine = (neighbour: Neighbour, mayBe: (credential: Credential) => boolean): boolean =>
      neighbour.credential.node === neighbour.node &&
      neighbour.node !== node &&
      (this.isCoordinator(neighbour.credential) || isOfLife(neighbour.credential, neighbour.incarnation)) &&
      mayBe(neighbour.credential) &&
      this.verifyCredential(neighbour.credential);
    return (
      isGenuine(parent, (credential) => credential.role === 'router' || this.isCoordinator(credential)) &&
      children.every((child) => isGenuine(child, (credential) => credential.role !== 'coordinator'))
    );
  }

  /** Whether there can be a tree with this placement at all. One that is of none is worth nothing, whoever signed it. */
  protected isPossible({ node, version, level, parent, children }: PlacementBody): boolean {
    const neighbours = [parent, ...children];
    return (
      children.length <= (node === this.node && this.role === 'client' ? 0 : this.parameters.k) &&
      children.every(({ node }) => node !== parent.node) &&
      (level === 1) === (parent.node === COORDINATOR) &&
      neighbours.every(({ link }) => link <= version)
    );
  }

  protected install(frame: ControlFrameOf<'placement'>): void {
    const placement = frame.body;
    const before = this.links.names();
    const hadPlace = this.hasPlace();
    this.links.install(this.neighboursOf(placement), this.incarnation);
    this.placed = frame;
    this.version = placement.version;
    this.level = placement.level;
    this.parent = placement.parent.node;
    this.children = placement.children.map(({ node }) => node);
    this.wanted = new Map(placement.children.map(({ node, interest }) => [node, interest]));
    this.acknowledge();
    this.report({
      type: 'installed',
      version: this.version,
      parent: this.parent,
      children: this.children,
    });
    if (this.state !== 'attached') this.cancelTimer('join');
    if (!hadPlace) this.setTimer('heartbeat', this.parameters.heartbeatMs);
    for (const node of this.links.names()) this.setTimer(`suspect:${node}`, this.parameters.suspectMs);
    for (const node of before) if (!this.links.has(node)) this.cancelTimer(`suspect:${node}`);
    this.state = 'attached';
    this.onInstalled(placement);
    this.onAttached();
  }

  protected neighboursOf(placement: PlacementBody): readonly Neighbour[] {
    return [placement.parent, ...placement.children];
  }

  protected acknowledge(): void {
    const { node, incarnation, version } = this;
    this.sendControl(COORDINATOR, 'placement-ack', { node, incarnation, version });
  }

  // Signs of life

  protected beat(): void {
    this.sendBody(this.links.names(), { kind: 'heartbeat' });
    this.tellSplitView();
    this.setTimer('heartbeat', this.parameters.heartbeatMs);
  }

  protected onSuspicion(node: NodeName): void {
    const link = this.links.get(node)?.peer.link;
    if (link === undefined) return;
    if (this.children.includes(node)) {
      this.sendControl(COORDINATOR, 'suspect', {
        node: this.node,
        incarnation: this.incarnation,
        child: node,
        link,
      });
      this.show(node);
      this.setTimer(`suspect:${node}`, this.parameters.suspectMs);
    } else if (this.state === 'attached') {
      this.plea = { reason: 'orphaned', suspect: node, link };
      this.join('orphaned');
    }
  }

  protected onProbe(probe: ProbeBody): void {
    if (probe.node !== this.node || probe.incarnation !== this.incarnation) reject('probe: for another');
    if (!this.isFreshProbe(probe)) reject('probe: answered already');
    this.nonce = probe.nonce;
    this.sendControl(COORDINATOR, 'probe-ack', probe);
  }

  protected isFreshProbe(probe: ProbeBody): boolean {
    return probe.nonce > this.nonce;
  }

  // Epochs

  protected isNewRts(epoch: number): boolean {
    return epoch > this.rts;
  }

  protected isNewSync(epoch: number): boolean {
    return epoch > this.sync;
  }

  /** Learns what a SYNC tells of keys, and reminds the coordinator of evidence. */
  protected override learnRotation(sync: SyncBody): void {
    const had = this.forks.all();
    super.learnRotation(sync);
    this.remind(had, sync);
  }

  /** Sends evidence, of that which it had, that a SYNC shows the coordinator not to have: it was lost, or was sent where nobody was. */
  protected remind(had: readonly Evidence[], { frontier }: SyncBody): void {
    for (const evidence of had) {
      const { capsule, seq } = evidence;
      const isUnknown = frontier.some(({ head }) => head.capsule === capsule && head.seq >= seq);
      if (isUnknown && !this.forks.isBeyondCut(capsule, seq))
        this.sendBody([this.parent], { kind: 'evidence', evidence });
    }
  }

  /** Whether a SYNC says that this node was expelled. */
  protected isExpelledBy({ rotation }: SyncBody): boolean {
    return rotation !== undefined && isVoid(rotation.body.expelled, this.node, this.incarnation);
  }

  // Leaving

  /** It is not let in any more. */
  protected stop(): void {
    this.report({ type: 'excluded' });
    this.cancelTimer('join');
    this.state = 'left';
  }

  protected leave(): void {
    this.sendControl(COORDINATOR, 'leave', { node: this.node, incarnation: this.incarnation });
    this.report({ type: 'left' });
    this.state = 'left';
  }
}
