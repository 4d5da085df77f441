/** The coordinator as the root router: heartbeats, data and epochs (docs/protocol.md §5.2, §5.3, §5.4). */
import { BaseNode, reject, type NodeOptions } from './base.ts';
import { writerOf } from './codec.ts';
import { Gather, headsIn } from './gather.ts';
import { headOf } from './record.ts';
import { Relay, type Route } from './relay.ts';
import { includesShardOf } from './shards.ts';
import type {
  Capsule,
  EoeMessage,
  Evidence,
  Head,
  Interest,
  Lack,
  LinkBody,
  NakMessage,
  NodeName,
  ProvenHead,
  ProvenRecord,
  Rotation,
} from './messages.ts';
import type { Gauge } from './node.ts';
import type { Entry } from './stored.ts';

/** Capsules that a SYNC in one frame has room for, at worst: all of them forked. */
export const MAX_FRONTIER = 128;

/** What the coordinator does beside membership. */
export abstract class Root extends BaseNode {
  protected readonly relay: Relay;
  /** The greatest head known of each capsule. */
  protected readonly heads = new Map<Capsule, ProvenHead>();
  protected epoch = 0;
  protected gather: Gather | undefined;
  /** The newest. */
  protected rotation: Rotation | undefined;

  constructor(options: NodeOptions) {
    super(options);
    if (options.keys.credential.role !== 'coordinator')
      throw new RangeError('keys are those of no coordinator');
    if (options.parameters.maxCapsules > MAX_FRONTIER)
      throw new RangeError(
        `parameters.maxCapsules must be at most ${MAX_FRONTIER}: a frontier must fit a frame`,
      );
    this.relay = this.makeRelay();
  }

  gauges(): readonly Gauge[] {
    const { maxCapsules, k } = this.parameters;
    return [
      ...this.relay.gauges(),
      { buffer: 'heads', size: this.heads.size, bound: maxCapsules },
      { buffer: 'forks', size: this.forks.size, bound: maxCapsules },
      { buffer: 'eoe-waiting', size: this.gather?.waiting ?? 0, bound: k },
    ];
  }

  protected abstract childrenOfRoot(): readonly NodeName[];
  /** What goes down to a child; undefined: everything. */
  protected abstract interestBelow(child: NodeName): Interest | undefined;
  /** The way down to a node in the tree; undefined if it is not there. */
  protected abstract pathTo(node: NodeName): readonly NodeName[] | undefined;

  protected makeRelay(): Relay {
    return new Relay(
      {
        neighbours: () => this.childrenOfRoot(),
        verifyRecord: (proven) => this.verifyRecord(proven),
        sendBytes: (to, data) => this.sendBytes(to, data),
        sendBody: (to, body) => this.sendBody(to, body),
        wants: (to, capsule) => includesShardOf(this.interestBelow(to), capsule),
        logged: (proven) => this.onLogged(proven),
        acceptsNak: (_, nak) => nak.path.length === 0,
        routeOf: (_, nak) => this.routeOf(nak),
        servesParts: () => true,
        forks: () => this.forks,
        otherHead: (capsule, seq) => {
          const known = this.heads.get(capsule)?.head;
          return known?.seq === seq ? known : undefined;
        },
        accuse: (evidence) => this.accuse(evidence),
      },
      this.parameters,
    );
  }

  protected restore(entry: Entry): void {
    if (entry.type === 'epoch') this.epoch = entry.epoch;
    else if (entry.type === 'record') {
      this.relay.restore(entry);
      this.raiseHead({ head: headOf(entry.record), credential: entry.credential });
    } else if (entry.type === 'rotation') this.takeRotation(entry.rotation, entry.cuts);
    else if (entry.type === 'evidence') {
      this.forks.keep(entry.evidence);
      this.dropFrom(entry.evidence);
    }
  }

  protected onLogged({ record, credential }: ProvenRecord): void {
    this.persist({ type: 'record', record, credential });
    this.raiseHead({ head: headOf(record), credential });
  }

  protected raiseHead(proven: ProvenHead): void {
    const { capsule, seq } = proven.head;
    if (this.forks.seqOf(capsule) !== undefined || this.forks.isBeyondCut(capsule, seq)) return;
    const present = this.heads.get(capsule);
    if (present === undefined ? this.heads.size < this.parameters.maxCapsules : seq > present.head.seq)
      this.heads.set(capsule, proven);
  }

  protected routeOf({ capsule }: Pick<NakMessage, 'capsule'>): Route | undefined {
    const [to, ...path] = this.pathTo(writerOf(capsule)) ?? [];
    return to === undefined ? undefined : { to, path };
  }

  protected onLink(from: NodeName, body: LinkBody, data: Uint8Array): void {
    if (body.kind === 'heartbeat') this.setTimer(`suspect:${from}`, this.parameters.suspectMs);
    else if (body.kind === 'data') this.relay.onData(from, body, data);
    else if (body.kind === 'nak') this.relay.onNak(from, body);
    else if (body.kind === 'repair') this.relay.onRepair(from, body, data);
    else if (body.kind === 'eoe') this.onEoe(from, body);
    else if (body.kind === 'evidence') this.onEvidence(body, from);
    else reject(`${body.kind}: not for the coordinator`);
  }

  /** Keeps evidence, tells all children but the one that it is from, and takes the writer out of the tree. */
  protected accuse(evidence: Evidence, from?: NodeName): void {
    this.keepEvidence(evidence);
    this.dropFrom(evidence);
    const writer = writerOf(evidence.capsule);
    const others = this.childrenOfRoot().filter((node) => node !== from && node !== writer);
    this.sendBody(others, { kind: 'evidence', evidence });
    if (this.forks.convicts(evidence.capsule, writer, this.lastIncarnationOf(writer))) this.exclude(writer);
  }

  /** Begins the next key epoch. Of capsules that void keys signed, what is logged counts, as far as it is of one branch, and no more. */
  protected rotate(rotation: Rotation): void {
    const { keyEpoch, expelled } = rotation.body;
    if (!this.verifyRotation(rotation)) reject('rotate: not authentic');
    if (keyEpoch <= this.keyEpoch) reject('rotate: an old key epoch');
    const before = this.rotation?.body.expelled ?? [];
    if (expelled.length > before.length + 1) reject('rotate: expels several at once');
    this.keepRotation(rotation, this.endsOfLog());
    for (const node of new Set(expelled))
      if (this.forks.isExpelled(node, this.lastIncarnationOf(node))) this.exclude(node);
  }

  /** The newest record logged of each capsule; where the log is torn, that of the earlier of the two, as its frontier tells. */
  protected endsOfLog(): readonly Pick<Head, 'capsule' | 'seq'>[] {
    return this.relay.newest().map(({ record }) => this.tornAt(record.capsule)?.record ?? record);
  }

  protected override takeRotation(...[rotation, cuts]: Parameters<BaseNode['takeRotation']>): void {
    super.takeRotation(rotation, cuts);
    this.rotation = rotation;
    this.relay.dropUseless();
    const newest = new Map(this.relay.newest().map((proven) => [proven.record.capsule, proven]));
    for (const capsule of this.heads.keys()) {
      if (!this.forks.isCut(capsule)) continue;
      const logged = newest.get(capsule);
      if (logged === undefined) this.heads.delete(capsule);
      else this.heads.set(capsule, { head: headOf(logged.record), credential: logged.credential });
    }
  }

  /** The rotation that a SYNC brings. */
  protected rotationToTell(): Rotation | undefined {
    return this.rotation;
  }

  /** Takes a node out of the tree, and off those that wait for a place. */
  protected abstract exclude(node: NodeName): void;
  /** The incarnation of a node's newest life; 0 of one that was never there. */
  protected abstract lastIncarnationOf(node: NodeName): number;

  protected dropFrom(evidence: Evidence): void {
    this.relay.dropFrom(evidence);
    this.heads.delete(evidence.capsule);
  }

  protected beat(): void {
    this.sendBody(this.childrenOfRoot(), { kind: 'heartbeat' });
    this.setTimer('heartbeat', this.parameters.heartbeatMs);
  }

  protected onEpochTimer(timer: string): void {
    if (timer === 'epoch') this.openEpoch();
    else if (timer === 'eoe' && this.gather !== undefined) this.closeEpoch(this.gather, true);
    else reject(`timer ${timer}: not set`);
  }

  protected openEpoch(): void {
    if (this.gather !== undefined) this.closeEpoch(this.gather, false);
    this.epoch += 1;
    this.persist({ type: 'epoch', epoch: this.epoch });
    this.report({ type: 'epoch-opened', epoch: this.epoch });
    const children = this.childrenOfRoot();
    const body = { epoch: this.epoch };
    const signature = this.sign('rts', body);
    this.sendBody(children, { kind: 'rts', body, credential: this.keys.credential, signature });
    this.gather = new Gather(this.epoch, children);
    if (this.gather.isComplete) this.closeEpoch(this.gather, false);
    else this.setTimer('eoe', this.parameters.eoeMs);
    this.setTimer('epoch', this.parameters.epochMs);
  }

  protected onEoe(from: NodeName, eoe: EoeMessage): void {
    const { gather } = this;
    if (gather === undefined || !this.isAwaitedEoe(gather, from, eoe)) reject('eoe: not waited for');
    if (!eoe.answers.every((answer) => this.verifyAnswer(answer, eoe.epoch))) reject('eoe: not authentic');
    this.relay.accuses(headsIn(eoe));
    gather.take(from, eoe.answers);
    for (const { answer, credential } of eoe.answers)
      for (const head of answer.heads) this.raiseHead({ head, credential });
    if (gather.isComplete) this.closeEpoch(gather, false);
  }

  protected isAwaitedEoe(gather: Gather, from: NodeName, eoe: EoeMessage): boolean {
    return gather.awaits(from, eoe.epoch);
  }

  protected closeEpoch(gather: Gather, hasTimerFired: boolean): void {
    this.gather = undefined;
    if (!hasTimerFired) this.cancelTimer('eoe');
    const frontier = this.frontier();
    const lacks = this.lacks(frontier);
    const rotation = this.rotationToTell();
    const body = {
      epoch: gather.epoch,
      frontier,
      forks: this.forksToTell(),
      lacks: lacks.map(({ capsule, held }) => ({ capsule, held })),
      ...(rotation === undefined ? {} : { rotation }),
    };
    const signature = this.sign('sync', body);
    this.sendBody(this.childrenOfRoot(), {
      kind: 'sync',
      body,
      credential: this.keys.credential,
      signature,
    });
    this.relay.forgetPending();
    for (const lack of lacks) this.ask(lack);
    this.report({ type: 'epoch-closed', epoch: gather.epoch, answered: gather.answered() });
  }

  /** The evidence that a SYNC brings, sorted by capsule. */
  protected forksToTell(): readonly Evidence[] {
    return this.forks.all();
  }

  /** The capsules of the frontier of which it lacks something itself, sorted; `seq`: how far the frontier goes. */
  protected lacks(frontier: readonly ProvenHead[]): readonly (Lack & Pick<Head, 'seq'>)[] {
    return frontier
      .map(({ head: { capsule, seq } }) => ({ capsule, seq, held: this.relay.heldUpTo(capsule) }))
      .filter(({ seq, held }) => held < seq);
  }

  /** Asks the writer, if it is in the tree, for what the log lacks of what the SYNC tells of. */
  protected ask({ capsule, seq, held }: Lack & Pick<Head, 'seq'>): void {
    const last = Math.min(seq, held + this.parameters.maxRepair);
    this.relay.ask({ capsule, first: held + 1, last }, this.routeOf({ capsule }));
  }

  /**
   * The greatest head known of each capsule, sorted by capsule. Where the log is torn, one record not continuing the one before it, that of the
   * latter: whoever has another record of that name finds the fork by it.
   */
  protected frontier(): readonly ProvenHead[] {
    return [...this.heads.keys()].sort().map((capsule) => {
      const torn = this.tornAt(capsule);
      return torn === undefined
        ? (this.heads.get(capsule) as ProvenHead)
        : { head: headOf(torn.record), credential: torn.credential };
    });
  }

  protected tornAt(capsule: Capsule): ProvenRecord | undefined {
    return this.relay.tornAt(capsule);
  }
}
