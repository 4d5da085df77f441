/**
 * The reading side of a client: delivers every capsule in chain order into the store, asks for what it lacks, shows
 * what it wrote (docs/protocol.md §2, §5.3, §5.4). `client.ts` writes.
 */
import { reject, type NodeOptions } from './base.ts';
import { Chains, type Position } from './chains.ts';
import { capsuleOf, equalBytes, incarnationOf, isOfLife, keyEpochOf, lifeOf, writerOf } from './codec.ts';
import { Doubter } from './doubter.ts';
import { Dues, heldIn, splitAt } from './dues.ts';
import { makeEvidence } from './evidence.ts';
import { headOf, openRecord, reportOf } from './record.ts';
import { dropRanges, isWithinRange, makeRepair, rangeKey } from './relay.ts';
import { groupKeysIn } from './rotation.ts';
import { areSame } from './shards.ts';
import { Store } from './store.ts';
import type {
  Capsule,
  CapsuleRecord,
  Evidence,
  Head,
  LinkBody,
  NakMessage,
  NodeName,
  ProvenHead,
  ProvenRecord,
  Range,
  RepairMessage,
  RtsMessage,
  SyncBody,
  SyncMessage,
  Write,
} from './messages.ts';
import type { Gauge } from './node.ts';
import type { Entry } from './stored.ts';

/** How far a capsule is known to go. */
type End = Pick<Head, 'capsule' | 'seq'>;

/** What a client is made from. */
export interface ClientOptions extends NodeOptions {
  /** The enclaves' AES-256 key of the first key epoch, 32 bytes. */
  readonly groupKey: Uint8Array;
}

/** A client that only reads. */
export abstract class Replica extends Doubter {
  /** The group keys that it has, by key epoch: all up to the newest. */
  protected groupKeys: ReadonlyMap<number, Uint8Array>;
  protected readonly store: Store;
  protected readonly chains: Chains;
  protected clock = 0;
  protected recovering: boolean;
  /** Ranges asked for since the last SYNC. */
  protected readonly asked = new Set<string>();
  /** What the path is to carry until the next SYNC. */
  protected readonly dues: Dues;

  constructor(options: ClientOptions) {
    super(options);
    if (!(options.groupKey instanceof Uint8Array)) throw new TypeError('groupKey must be bytes');
    if (options.groupKey.length !== 32) throw new RangeError('groupKey must be 32 bytes');
    this.groupKeys = new Map([[1, options.groupKey]]);
    this.store = this.makeStore();
    this.chains = this.makeChains();
    this.dues = new Dues(this.chains, this.forks, this.parameters);
    this.recovering = this.mustRecover();
  }

  override gauges(): readonly Gauge[] {
    const { maxCapsules, maxEarly, maxOwnRecords, maxPendingNaks } = this.parameters;
    return [
      ...super.gauges(),
      { buffer: 'capsules', size: this.chains.others, bound: maxCapsules },
      { buffer: 'early', size: this.chains.fullestEarly, bound: maxEarly },
      {
        buffer: 'own-records',
        size: this.chains.longest((capsule) => this.isOwn(capsule)),
        bound: maxOwnRecords,
      },
      { buffer: 'asked', size: this.asked.size, bound: maxPendingNaks },
    ];
  }

  /** Does what waited for the right to write, if it has it now. */
  protected abstract settle(): void;

  protected makeStore(): Store {
    return new Store();
  }

  protected makeChains(): Chains {
    return new Chains(this.node, this.parameters.logWindow);
  }

  /** The capsule that this life writes for a shard. */
  protected ownCapsule(shard: number): Capsule {
    const { shards } = this.parameters;
    return capsuleOf(this.node, this.incarnation, shards === 1 ? undefined : shard, this.sealingEpoch());
  }

  /** The key epoch whose group key it seals under: the newest that it has. */
  protected sealingEpoch(): number {
    return this.groupKeys.size;
  }

  /** Whether this life writes the capsule. */
  protected isOwn(capsule: Capsule): boolean {
    return lifeOf(capsule) === lifeOf(this.ownCapsule(0));
  }

  /** A life that finds anything in its storage is not the first, and cannot know what the others wrote. */
  protected mustRecover(): boolean {
    return this.stored().length > 0;
  }

  protected override restore(entry: Entry): void {
    super.restore(entry);
    if (entry.type === 'evidence') this.forks.keep(entry.evidence);
    if (entry.type !== 'record') return;
    this.chains.append(entry);
    this.raiseClock(entry.record.timestamp);
    this.store.apply(entry.record, this.open(entry.record) ?? []);
  }

  /** Takes the group keys, too; what waits beyond a cut will never be of use. */
  protected override takeRotation(...[rotation, cuts]: Parameters<Doubter['takeRotation']>): void {
    super.takeRotation(rotation, cuts);
    const granted = groupKeysIn(rotation.body, this.node, this.linkSecrets);
    if (granted !== undefined)
      this.groupKeys = new Map([[1, this.groupKeys.get(1) as Uint8Array], ...granted]);
    for (const capsule of this.chains.early())
      this.chains.dropWaiting(capsule, this.forks.lastOfUse(capsule) + 1);
  }

  protected override onIncarnationLost(): void {
    this.recovering = true;
  }

  protected onBody(from: NodeName, body: LinkBody, _data: Uint8Array): void {
    if (from !== this.parent) reject(`${body.kind}: not from the parent`);
    if (body.kind === 'data') this.onData(body);
    else if (body.kind === 'rts') this.onRts(body);
    else if (body.kind === 'sync') this.onSync(body);
    else if (body.kind === 'nak') this.onNak(body);
    else if (body.kind === 'repair') this.onRepair(body);
    else if (body.kind === 'evidence') this.onEvidence(body, from);
    else reject(`${body.kind}: not for a client`);
  }

  protected onData(proven: ProvenRecord): void {
    if (!this.verifyRecord(proven)) reject('data: record not authentic');
    if (this.accuses([{ head: headOf(proven.record), credential: proven.credential }])) return;
    const wrong = this.objectionTo(proven.record);
    if (wrong !== undefined) reject(`data: ${wrong}`);
    this.take(proven);
  }

  /** Why an authentic record is not taken; undefined if it is. */
  protected objectionTo(record: CapsuleRecord): string | undefined {
    if (!this.subscribesTo(record.capsule)) return 'of a shard that is not wanted';
    return this.isReadable(record.capsule) ? this.misfit(record) : 'sealed under a key that it has not';
  }

  /** Whether it has the group key of a capsule's key epoch. */
  protected isReadable(capsule: Capsule): boolean {
    return this.groupKeys.has(keyEpochOf(capsule));
  }

  /** Why a record does not go on from what there is of its capsule; undefined if it does. */
  protected misfit(record: CapsuleRecord): string | undefined {
    if (this.isOwn(record.capsule)) return 'of an own capsule';
    if (this.isForked(record)) return 'beyond a fork';
    if (this.isDuplicate(record)) return 'delivered already';
    if (this.chains.isWaiting(record)) return 'waiting already';
    if (!this.hasRoom(record)) return 'no room for its capsule';
    if (!this.isNext(record)) return this.hasRoomEarly(record) ? undefined : 'too many wait';
    return this.nextInChain(record) ? undefined : 'not the next in its chain';
  }

  protected isForked({ capsule, seq }: CapsuleRecord): boolean {
    return this.forks.isBeyond(capsule, seq);
  }

  protected isDuplicate(record: CapsuleRecord): boolean {
    return record.seq <= this.chains.position(record.capsule).seq;
  }

  protected isNext(record: CapsuleRecord): boolean {
    return record.seq === this.chains.position(record.capsule).seq + 1;
  }

  protected hasRoom(record: CapsuleRecord): boolean {
    return (
      record.writer === this.node ||
      this.chains.keeps(record.capsule) ||
      this.chains.others < this.parameters.maxCapsules
    );
  }

  protected hasRoomEarly(record: CapsuleRecord): boolean {
    return this.chains.waiting(record.capsule) < this.parameters.maxEarly;
  }

  /** Whether the next record continues its chain, and opens: the enclave is entered for nothing else. */
  protected nextInChain(record: CapsuleRecord): boolean {
    return this.continues(record, this.chains.position(record.capsule)) && this.open(record) !== undefined;
  }

  protected continues(record: CapsuleRecord, position: Position): boolean {
    return equalBytes(record.prevHash, position.hash);
  }

  protected open(record: CapsuleRecord): readonly Write[] | undefined {
    const key = this.groupKeys.get(record.keyEpoch);
    return key && openRecord(record, key);
  }

  /** Delivers a record that is next, and those waiting that follow it; lets others wait. */
  protected take(proven: ProvenRecord): void {
    if (!this.isNext(proven.record)) {
      this.chains.hold(proven);
      return;
    }
    this.deliver(proven);
    const { capsule } = proven.record;
    for (;;) {
      const next = this.chains.release(capsule);
      if (next === undefined || !this.nextInChain(next.record)) return;
      this.deliver(next);
    }
  }

  protected deliver(proven: ProvenRecord): void {
    const { record, credential } = proven;
    const writes = this.open(record) ?? [];
    this.persist({ type: 'record', record, credential });
    this.chains.append(proven);
    this.raiseClock(record.timestamp);
    this.store.apply(record, writes);
    this.report({ type: 'delivered', ...reportOf(record, writes) });
  }

  protected raiseClock(timestamp: number): void {
    this.clock = Math.max(this.clock, timestamp);
  }

  // Epochs

  protected onRts(rts: RtsMessage): void {
    const { epoch } = rts.body;
    if (!this.isNewRts(epoch)) reject('rts: an old epoch');
    if (!this.verifyRts(rts)) reject('rts: not authentic');
    this.rts = epoch;
    const { credential } = this.keys; // Lives before may have had others.
    const own = this.chains
      .ownHeads()
      .filter(({ record }) => isOfLife(credential, incarnationOf(record.capsule)));
    const heads = own.map(({ record }) => headOf(record));
    const answer = { node: this.node, epoch, heads };
    const signature = this.sign('answer', answer);
    const signed = { answer, credential, signature };
    this.sendBody([this.parent], { kind: 'eoe', epoch, answers: [signed] });
  }

  protected onSync(sync: SyncMessage): void {
    const { epoch, frontier, forks } = sync.body;
    if (!this.isNewSync(epoch)) reject('sync: an old epoch');
    if (!this.verifySync(sync)) reject('sync: not authentic');
    if (this.isExpelledBy(sync.body)) {
      this.stop();
      return;
    }
    this.sync = epoch;
    this.recovering = false;
    this.learnRotation(sync.body);
    for (const { head } of frontier) this.raiseClock(head.timestamp);
    for (const evidence of forks) if (this.forks.isNew(evidence)) this.keepEvidence(evidence);
    this.accuses(frontier);
    if (this.dues.arePaid(sync.body, (capsule) => this.subscribesTo(capsule))) this.trustParent();
    this.asked.clear();
    const ranges = this.missing(sync.body)
      .flatMap((end) => this.rangesTo(end, sync.body))
      .slice(0, this.parameters.maxPendingNaks);
    for (const range of ranges) this.ask(range);
    // Until the coordinator knows what is wanted here, Naks for it are refused on the way.
    this.dues.note(areSame(this.interest, this.shown) ? ranges : [], sync.body);
    this.settle();
  }

  /**
   * The ends of capsules that are beyond what it has of what it wants, in order of capsules. Those of forked ones are before the fork.
   */
  protected missing({ frontier, forks }: SyncBody): readonly End[] {
    const ends = new Map(frontier.map(({ head }) => [head.capsule, head.seq]));
    for (const { capsule } of forks) ends.set(capsule, this.forks.lastOfUse(capsule));
    return [...ends.keys()]
      .sort()
      .filter((capsule) => !this.isOwn(capsule) && this.subscribesTo(capsule) && this.isReadable(capsule))
      .map((capsule) => ({ capsule, seq: this.endOf(capsule, ends.get(capsule) ?? 0) }))
      .filter(({ capsule, seq }) => seq > this.chains.position(capsule).seq);
  }

  protected endOf(capsule: Capsule, seq: number): number {
    return Math.min(seq, this.forks.lastOfUse(capsule));
  }

  /** What one epoch asks for of a capsule. What the coordinator holds does not wait until the rest is found. */
  protected rangesTo({ capsule, seq }: End, sync: SyncBody): readonly Range[] {
    const first = this.chains.position(capsule).seq + 1;
    const last = Math.min(seq, first + this.parameters.maxRepair - 1);
    return splitAt({ capsule, first, last }, heldIn(sync, capsule));
  }

  protected ask(range: Range): void {
    this.asked.add(rangeKey(range));
    this.sendBody([this.parent], { kind: 'nak', ...range, path: [] });
  }

  protected onNak(nak: NakMessage): void {
    if (nak.path.length > 0) reject('nak: for somebody below');
    if (writerOf(nak.capsule) !== this.node) reject('nak: of another writer');
    if (nak.last - nak.first >= this.parameters.maxRepair) reject('nak: range too long');
    if (!this.mayRepeat(nak)) reject('nak: beyond a cut');
    const records = this.chains.ownRange(nak.capsule, nak.first, nak.last);
    if (records.length === 0) reject('nak: nothing of it here');
    this.sendBody([this.parent], makeRepair(nak, records));
  }

  /** Whether void keys signed none of a range of its own, or it is before the cut. */
  protected mayRepeat({ capsule, last }: Range): boolean {
    return !this.forks.isBeyondCut(capsule, last);
  }

  protected onRepair(repair: RepairMessage): void {
    const key = rangeKey(repair);
    if (!this.asked.has(key)) reject('repair: not asked for');
    if (!this.subscribesTo(repair.capsule)) reject('repair: not wanted any more');
    if (!isWithinRange(repair)) reject('repair: not what was asked for');
    const { credential } = repair;
    const all = repair.records.map((record) => ({ record, credential }));
    if (!all.every((proven) => this.verifyRecord(proven))) reject('repair: record not authentic');
    this.asked.delete(key);
    if (repair.records.some(({ seq }) => seq === repair.first)) this.dues.answered(repair);
    if (this.accuses(all.map(({ record }) => ({ head: headOf(record), credential })))) return;
    let isTorn = false;
    for (const proven of all) {
      isTorn ||= this.isTorn(proven.record);
      if (this.objectionTo(proven.record) === undefined) this.take(proven);
    }
    if (isTorn) this.doubt(repair.capsule);
  }

  /** Whether a record is the next one, and yet does not continue the chain: it or the one before it is of another branch. */
  protected isTorn(record: CapsuleRecord): boolean {
    return this.isNext(record) && !this.continues(record, this.chains.position(record.capsule));
  }

  /** Asks for the record at its own position, to have the other one of that name, if there is one. */
  protected doubt(capsule: Capsule): void {
    const { seq } = this.chains.position(capsule);
    const range = { capsule, first: seq, last: seq };
    if (seq > 0 && !this.asked.has(rangeKey(range))) this.ask(range);
  }

  // Forks

  /** Keeps evidence; what comes from its one neighbour needs not go there. */
  protected accuse(evidence: Evidence, from?: NodeName): void {
    this.keepEvidence(evidence);
    if (from === undefined) this.sendBody([this.parent], { kind: 'evidence', evidence });
  }

  /** Whether one of these authentic heads is of another record than the one held of that name: if so, there is evidence. */
  protected accuses(heads: readonly ProvenHead[]): boolean {
    for (const { head, credential } of heads) {
      const held = this.chains.heldHead(head.capsule, head.seq);
      if (held === undefined || this.isSame(held, head) || !this.forks.isNew(head)) continue;
      this.accuse(makeEvidence(held, head, credential));
      return true;
    }
    return false;
  }

  protected isSame(held: Head, head: Head): boolean {
    return equalBytes(held.hash, head.hash);
  }

  /** Nothing waits any more, or is asked for, from a fork on. What was delivered stays. */
  protected override keepEvidence(evidence: Evidence): void {
    super.keepEvidence(evidence);
    const { capsule, seq } = evidence;
    this.chains.dropWaiting(capsule, seq);
    dropRanges(this.asked, capsule, seq);
    this.dues.dropFrom(capsule, seq);
  }
}
