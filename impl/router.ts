/** A router: forwards what it cannot read (docs/protocol.md §5.1, §5.3, §5.4). */
import { reject, type NodeOptions } from './base.ts';
import { writerOf } from './codec.ts';
import { Gather, headsIn } from './gather.ts';
import { Member } from './member.ts';
import { Relay, type Route } from './relay.ts';
import { includesShardOf } from './shards.ts';
import type {
  EoeMessage,
  Evidence,
  LinkBody,
  NakMessage,
  NodeName,
  ProvenRecord,
  RtsMessage,
  SyncMessage,
} from './messages.ts';
import type { Command, Gauge } from './node.ts';
import type { Entry } from './stored.ts';

/** A node of role router. */
export class Router extends Member {
  protected readonly relay: Relay;
  protected gather: Gather | undefined;

  /** @throws TypeError, RangeError as {@link NodeOptions} says, or for keys of another role */
  constructor(options: NodeOptions) {
    super(options, 'router');
    this.relay = this.makeRelay();
  }

  override gauges(): readonly Gauge[] {
    return [
      ...super.gauges(),
      ...this.relay.gauges(),
      { buffer: 'eoe-waiting', size: this.gather?.waiting ?? 0, bound: this.parameters.k },
    ];
  }

  protected makeRelay(): Relay {
    return new Relay(
      {
        neighbours: () => this.links.names(),
        verifyRecord: (proven) => this.verifyRecord(proven),
        sendBytes: (to, data) => this.sendBytes(to, data),
        sendBody: (to, body) => this.sendBody(to, body),
        wants: (to, capsule) => to === this.parent || includesShardOf(this.wanted.get(to), capsule),
        logged: (proven) => this.onLogged(proven),
        acceptsNak: (from, nak) => this.acceptsNak(from, nak),
        routeOf: (from, nak) => this.routeOf(from, nak),
        servesParts: () => false,
        forks: () => this.forks,
        otherHead: () => undefined,
        accuse: (evidence) => this.accuse(evidence),
      },
      this.parameters,
    );
  }

  protected override restore(entry: Entry): void {
    super.restore(entry);
    if (entry.type === 'record') this.relay.restore(entry);
    if (entry.type !== 'evidence') return;
    this.forks.keep(entry.evidence);
    this.relay.dropFrom(entry.evidence);
  }

  protected obey(command: Command): void {
    if (command.type !== 'leave') reject(`${command.type}: not at a router`);
    this.leave();
  }

  protected override onOtherTimer(timer: string): void {
    if (timer !== 'eoe' || this.gather === undefined) super.onOtherTimer(timer);
    this.answerUp();
  }

  protected onBody(from: NodeName, body: LinkBody, data: Uint8Array): void {
    if (body.kind === 'data') this.relay.onData(from, body, data);
    else if (body.kind === 'nak') this.relay.onNak(from, body);
    else if (body.kind === 'repair') this.relay.onRepair(from, body, data);
    else if (body.kind === 'rts') this.onRts(from, body, data);
    else if (body.kind === 'eoe') this.onEoe(from, body);
    else if (body.kind === 'sync') this.onSync(from, body, data);
    else if (body.kind === 'evidence') this.onEvidence(body, from);
    else reject(`${body.kind}: not for a router`);
  }

  protected onLogged({ record, credential }: ProvenRecord): void {
    this.persist({ type: 'record', record, credential });
  }

  /** Keeps evidence and tells all neighbours but the writer and the one that it is from. */
  protected accuse(evidence: Evidence, from?: NodeName): void {
    this.keepEvidence(evidence);
    const writer = writerOf(evidence.capsule);
    const others = this.links.names().filter((node) => node !== from && node !== writer);
    this.sendBody(others, { kind: 'evidence', evidence });
  }

  protected override keepEvidence(evidence: Evidence): void {
    super.keepEvidence(evidence);
    this.relay.dropFrom(evidence);
  }

  protected override takeRotation(...rotation: Parameters<Member['takeRotation']>): void {
    super.takeRotation(...rotation);
    this.relay.dropUseless();
  }

  /** On its way up a nak has no path; on its way down it has. */
  protected acceptsNak(from: NodeName, nak: NakMessage): boolean {
    return (from === this.parent) === nak.path.length > 0;
  }

  protected routeOf(from: NodeName, nak: NakMessage): Route | undefined {
    if (from !== this.parent) return { to: this.parent, path: [] };
    const [next, ...path] = nak.path;
    const to = this.children.find((child) => child === next);
    return to === undefined ? undefined : { to, path };
  }

  // Epochs

  protected onRts(from: NodeName, rts: RtsMessage, data: Uint8Array): void {
    if (from !== this.parent) reject('rts: not from the parent');
    if (!this.isNewRts(rts.body.epoch)) reject('rts: an old epoch');
    if (!this.verifyRts(rts)) reject('rts: not authentic');
    this.rts = rts.body.epoch;
    for (const child of this.children) this.sendBytes(child, data);
    const wasWaiting = this.gather !== undefined;
    this.gather = new Gather(this.rts, this.children);
    if (!this.gather.isComplete) this.setTimer('eoe', this.patienceMs());
    else {
      if (wasWaiting) this.cancelTimer('eoe');
      this.answerUp();
    }
  }

  /** How long it waits for its children: less than its parent does. */
  protected patienceMs(): number {
    return Math.floor(this.parameters.eoeMs / 2 ** this.level);
  }

  protected onEoe(from: NodeName, eoe: EoeMessage): void {
    const { gather } = this;
    if (gather === undefined || !this.isAwaitedEoe(gather, from, eoe)) reject('eoe: not waited for');
    if (!eoe.answers.every((answer) => this.verifyAnswer(answer, eoe.epoch))) reject('eoe: not authentic');
    this.relay.accuses(headsIn(eoe));
    gather.take(from, eoe.answers);
    if (!gather.isComplete) return;
    this.cancelTimer('eoe');
    this.answerUp();
  }

  protected isAwaitedEoe(gather: Gather, from: NodeName, eoe: EoeMessage): boolean {
    return gather.awaits(from, eoe.epoch);
  }

  protected answerUp(): void {
    const { gather } = this;
    this.gather = undefined;
    if (gather !== undefined) this.sendBody([this.parent], gather.merged());
  }

  protected onSync(from: NodeName, sync: SyncMessage, data: Uint8Array): void {
    if (from !== this.parent) reject('sync: not from the parent');
    if (!this.isNewSync(sync.body.epoch)) reject('sync: an old epoch');
    if (!this.verifySync(sync)) reject('sync: not authentic');
    if (this.isExpelledBy(sync.body)) {
      this.stop();
      return;
    }
    this.sync = sync.body.epoch;
    this.learnRotation(sync.body);
    for (const evidence of sync.body.forks) if (this.forks.isNew(evidence)) this.keepEvidence(evidence);
    this.relay.accuses(sync.body.frontier);
    for (const child of this.children) this.sendBytes(child, data);
    this.relay.forgetPending();
  }
}
