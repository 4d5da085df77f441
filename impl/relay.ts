/**
 * What routers and the coordinator do with records: log and forward Data, serve and relay Naks, pass Repairs back
 * (docs/protocol.md §5.3, §5.4).
 */
import { equalBytes, MAX_FRAME_BYTES, plainToBytes } from './codec.ts';
import { reject } from './base.ts';
import { makeEvidence } from './evidence.ts';
import { Log } from './log.ts';
import { headOf } from './record.ts';
import type { Forks } from './forks.ts';
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
} from './messages.ts';
import type { Gauge, Parameters } from './node.ts';

/** Where a nak goes next. */
export interface Route {
  readonly to: NodeName;
  readonly path: readonly NodeName[];
}

/** What a relay needs from its node. */
export interface RelayHost {
  neighbours(): readonly NodeName[];
  verifyRecord(proven: ProvenRecord): boolean;
  sendBytes(to: NodeName, body: Uint8Array): void;
  sendBody(to: readonly NodeName[], body: LinkBody): void;
  /** Whether a neighbour wants records of the capsule: the parent always does. */
  wants(to: NodeName, capsule: Capsule): boolean;
  /** A record was logged in this reaction. */
  logged(proven: ProvenRecord): void;
  /** Whether such a nak may come from that neighbour at all. */
  acceptsNak(from: NodeName, nak: NakMessage): boolean;
  /** Where a nak that the log cannot serve in full goes; undefined: nowhere. */
  routeOf(from: NodeName, nak: NakMessage): Route | undefined;
  /** Whether a nak that goes nowhere is served in part. */
  servesParts(): boolean;
  /** The evidence that the node keeps. */
  forks(): Forks;
  /** A head of that name that is known beside those of the log. */
  otherHead(capsule: Capsule, seq: number): Head | undefined;
  /** There are two records of one name, as was not known before. */
  accuse(evidence: Evidence): void;
}

/** A range that somebody was asked for. */
interface PendingNak {
  readonly askers: Set<NodeName>;
  readonly asked: Set<NodeName>;
}

/** Bytes of a repair beside its records: a bound. */
const REPAIR_OVERHEAD_BYTES = 1024;

/** The name of a range among those pending. */
export function rangeKey(range: Range): string {
  return `${range.capsule} ${range.first} ${range.last}`;
}

/** The range of that name. */
function rangeOf(key: string): { readonly capsule: Capsule; readonly last: number } {
  const [capsule = '', , last] = key.split(' ');
  return { capsule, last: Number(last) };
}

/** Takes the ranges of a capsule that end at or beyond `seq` from those pending or asked for. */
export function dropRanges(
  ranges: { keys(): Iterable<string>; delete(key: string): boolean },
  capsule: Capsule,
  seq: number,
): void {
  for (const key of ranges.keys()) {
    const range = rangeOf(key);
    if (range.capsule === capsule && range.last >= seq) ranges.delete(key);
  }
}

/** Whether all records of a repair are of its capsule and within its range (that they ascend, the codec says). */
export function isWithinRange(repair: RepairMessage): boolean {
  return repair.records.every(
    ({ capsule, seq }) => capsule === repair.capsule && seq >= repair.first && seq <= repair.last,
  );
}

/** The answer to a nak: as many of the records, from the first on, as fit a frame. */
export function makeRepair(nak: NakMessage, records: readonly ProvenRecord[]): RepairMessage {
  const [first] = records;
  if (first === undefined) throw new RangeError('records must not be empty');
  const fitting: CapsuleRecord[] = [];
  let room = MAX_FRAME_BYTES - REPAIR_OVERHEAD_BYTES;
  for (const { record } of records) {
    room -= sizeOf(record);
    if (room < 0) break;
    fitting.push(record);
  }
  const { capsule, first: from, last } = nak;
  return { kind: 'repair', capsule, first: from, last, credential: first.credential, records: fitting };
}

/** A bound of a record's encoded size: everything but the ciphertext and the names has a fixed length. */
const sizeOf = (record: CapsuleRecord): number =>
  plainToBytes([record.capsule, record.writer]).length + record.ciphertext.length + 192;

/** The data plane of a router or the coordinator. */
export class Relay {
  protected readonly host: RelayHost;
  protected readonly parameters: Parameters;
  protected readonly log: Log;
  protected readonly pending = new Map<string, PendingNak>();

  constructor(host: RelayHost, parameters: Parameters) {
    this.host = host;
    this.parameters = parameters;
    this.log = this.makeLog();
  }

  /** Takes back a record that an earlier life logged. */
  restore(proven: ProvenRecord): void {
    if (this.isNew(proven)) this.log.add(proven);
  }

  /** Data from a neighbour. `data`: the bytes of the body, which are forwarded as they are. */
  onData(from: NodeName, proven: ProvenRecord, data: Uint8Array): void {
    if (!this.verifyRecord(proven)) reject('data: record not authentic');
    if (this.accuses([{ head: headOf(proven.record), credential: proven.credential }])) return;
    if (this.isForked(proven)) reject('data: beyond a fork');
    if (this.isDuplicate(proven)) reject('data: logged already');
    if (!this.isInWindow(proven)) reject('data: too old');
    if (!this.hasRoom(proven.record.capsule)) reject('data: no room for its capsule');
    this.keep(proven);
    for (const to of this.forwardTargets(from))
      if (this.isWanted(to, proven.record.capsule)) this.host.sendBytes(to, data);
  }

  onNak(from: NodeName, nak: NakMessage): void {
    if (!this.host.acceptsNak(from, nak)) reject('nak: not from there');
    if (!this.isWanted(from, nak.capsule)) reject('nak: not wanted there');
    if (!this.isRangeAllowed(nak)) reject('nak: range too long');
    if (this.host.forks().isBeyond(nak.capsule, nak.last)) reject('nak: beyond a fork');
    const found = this.log.range(nak.capsule, nak.first, nak.last);
    if (this.isComplete(nak, found) && !this.isTorn(nak)) {
      this.serve(from, nak, found);
      return;
    }
    const route = this.host.routeOf(from, nak);
    if (route !== undefined) this.relay(from, nak, route);
    else if (found.length > 0 && this.host.servesParts()) this.serve(from, nak, found);
    else reject('nak: nowhere to ask');
  }

  /** Whether a log that is not the last one to be asked is of two branches in this range: then those above have the other record of a name. */
  protected isTorn({ capsule, first, last }: NakMessage): boolean {
    return !this.host.servesParts() && this.log.tornAt(capsule, first, last) !== undefined;
  }

  /**
   * Answers a nak, and whoever waits here for the same range: an overlapping one may have brought the records in the
   * meantime, and then nobody else would.
   */
  protected serve(from: NodeName, nak: NakMessage, found: readonly ProvenRecord[]): void {
    const key = rangeKey(nak);
    const askers = this.pending.get(key)?.askers;
    this.pending.delete(key);
    const to = this.host
      .neighbours()
      .filter((node) => (node === from || askers?.has(node) === true) && this.isWanted(node, nak.capsule));
    this.host.sendBody(to, makeRepair(nak, found));
  }

  onRepair(from: NodeName, repair: RepairMessage, data: Uint8Array): void {
    const key = rangeKey(repair);
    const pending = this.pending.get(key);
    if (pending === undefined || !this.wasAsked(pending, from)) reject('repair: not asked for');
    if (!isWithinRange(repair)) reject('repair: not what was asked for');
    const { credential } = repair;
    const all = repair.records.map((record) => ({ record, credential }));
    if (!all.every((proven) => this.verifyRecord(proven))) reject('repair: record not authentic');
    if (this.accuses(all.map(({ record }) => ({ head: headOf(record), credential })))) return;
    this.pending.delete(key);
    for (const proven of all) if (this.isNew(proven)) this.keep(proven);
    for (const to of this.repairTargets(from, pending.askers))
      if (this.isWanted(to, repair.capsule)) this.host.sendBytes(to, data);
  }

  /**
   * Whether one of these authentic heads is of another record than the one known of that name, as was not known before; the first that
   * is becomes evidence.
   */
  accuses(heads: readonly ProvenHead[]): boolean {
    for (const { head, credential } of heads) {
      const kept = this.known(head);
      if (kept === undefined || this.isSame(kept, head) || !this.host.forks().isNew(head)) continue;
      this.host.accuse(makeEvidence(kept, head, credential));
      return true;
    }
    return false;
  }

  /** Nothing of a capsule is kept, or waited for, from a fork on. */
  dropFrom({ capsule, seq }: Evidence): void {
    this.log.truncate(capsule, seq);
    dropRanges(this.pending, capsule, seq);
  }

  /** Nothing is kept, or waited for, of what is of no use any more. */
  dropUseless(): void {
    for (const { record } of this.newest())
      this.log.truncate(record.capsule, this.host.forks().lastOfUse(record.capsule) + 1);
    for (const key of this.pending.keys()) {
      const { capsule, last } = rangeOf(key);
      if (this.host.forks().isBeyond(capsule, last)) this.pending.delete(key);
    }
  }

  /** The newest record of each capsule that is logged. */
  newest(): readonly ProvenRecord[] {
    return this.log.newest();
  }

  protected known({ capsule, seq }: Head): Head | undefined {
    const logged = this.log.get(capsule, seq);
    return logged === undefined ? this.host.otherHead(capsule, seq) : headOf(logged.record);
  }

  protected isSame(kept: Head, head: Head): boolean {
    return equalBytes(kept.hash, head.hash);
  }

  protected isForked({ record: { capsule, seq } }: ProvenRecord): boolean {
    return this.host.forks().isBeyond(capsule, seq);
  }

  /** How far the log has a capsule without a gap. */
  heldUpTo(capsule: Capsule): number {
    return this.log.heldUpTo(capsule);
  }

  /** The first record in the log that the next one there does not continue. */
  tornAt(capsule: Capsule): ProvenRecord | undefined {
    return this.log.tornAt(capsule);
  }

  /** Asks for a range that the node itself lacks; if nobody is there to ask, or too many are pending, it does not. */
  ask(range: Range, route: Route | undefined): void {
    if (route === undefined || this.pending.size >= this.parameters.maxPendingNaks) return;
    this.pending.set(rangeKey(range), { askers: new Set(), asked: new Set([route.to]) });
    this.host.sendBody([route.to], { kind: 'nak', ...range, path: route.path });
  }

  /** A new epoch: what is still missing will be asked for again. */
  forgetPending(): void {
    this.pending.clear();
  }

  gauges(): readonly Gauge[] {
    const { maxCapsules, logWindow, maxPendingNaks } = this.parameters;
    return [
      { buffer: 'log-capsules', size: this.log.capsules, bound: maxCapsules },
      { buffer: 'log-records', size: this.log.fullest, bound: logWindow },
      { buffer: 'pending-naks', size: this.pending.size, bound: maxPendingNaks },
    ];
  }

  protected makeLog(): Log {
    return new Log(this.parameters.logWindow);
  }

  protected verifyRecord(proven: ProvenRecord): boolean {
    return this.host.verifyRecord(proven);
  }

  protected isDuplicate({ record }: ProvenRecord): boolean {
    return this.log.has(record.capsule, record.seq);
  }

  protected isInWindow({ record }: ProvenRecord): boolean {
    return this.log.inWindow(record.capsule, record.seq);
  }

  protected hasRoom(capsule: Capsule): boolean {
    return this.log.hasCapsule(capsule) || this.log.capsules < this.parameters.maxCapsules;
  }

  protected isNew(proven: ProvenRecord): boolean {
    return (
      !this.isForked(proven) &&
      !this.isDuplicate(proven) &&
      this.isInWindow(proven) &&
      this.hasRoom(proven.record.capsule)
    );
  }

  protected isWanted(to: NodeName, capsule: Capsule): boolean {
    return this.host.wants(to, capsule);
  }

  protected forwardTargets(from: NodeName): readonly NodeName[] {
    return this.host.neighbours().filter((node) => node !== from);
  }

  protected repairTargets(from: NodeName, askers: ReadonlySet<NodeName>): readonly NodeName[] {
    return this.host.neighbours().filter((node) => node !== from && askers.has(node));
  }

  protected isRangeAllowed(nak: NakMessage): boolean {
    return nak.last - nak.first < this.parameters.maxRepair;
  }

  protected isComplete(nak: NakMessage, found: readonly ProvenRecord[]): boolean {
    return found.length === nak.last - nak.first + 1;
  }

  protected wasAsked(pending: PendingNak, node: NodeName): boolean {
    return pending.asked.has(node);
  }

  protected keep(proven: ProvenRecord): void {
    this.log.add(proven);
    this.host.logged(proven);
  }

  private relay(from: NodeName, nak: NakMessage, route: Route): void {
    const key = rangeKey(nak);
    let pending = this.pending.get(key);
    if (pending === undefined) {
      if (this.pending.size >= this.parameters.maxPendingNaks) reject('nak: too many pending');
      pending = { askers: new Set(), asked: new Set() };
      this.pending.set(key, pending);
    }
    pending.askers.add(from);
    if (pending.asked.has(route.to)) return;
    pending.asked.add(route.to);
    this.host.sendBody([route.to], { ...nak, path: route.path });
  }
}
