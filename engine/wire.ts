/** Messages and the links they are on: identities, what is in flight, what is held, what is cut. */
import type { Flight } from './harness.ts';
import type { MessageId } from './move.ts';
import { MAX_SEEN_FLIGHTS } from './bounds.ts';

/** One copy of a message. Its identity is a number until somebody asks for the text. */
export class Packet<Frame> implements Flight<Frame> {
  readonly isPacket = true;
  dueMs: number;
  readonly order: number;
  live = true;
  /** Taken off the agenda, waiting for its link or its receiver. */
  held = false;
  readonly stream: Stream<Frame>;
  /** Counts the messages of the stream with the same mark, from 1. */
  readonly number: number;
  /** Sent in consequence of an attack: `~` in the identity. */
  readonly tainted: boolean;
  readonly frame: Frame;
  readonly sentMs: number;
  #id: MessageId | undefined;

  constructor(
    stream: Stream<Frame>,
    number: number,
    tainted: boolean,
    frame: Frame,
    sentMs: number,
    dueMs: number,
    order: number,
  ) {
    this.dueMs = dueMs;
    this.order = order;
    this.stream = stream;
    this.number = number;
    this.tainted = tainted;
    this.frame = frame;
    this.sentMs = sentMs;
  }

  get from(): string {
    return this.stream.link.from;
  }
  get to(): string {
    return this.stream.link.to;
  }
  get kind(): string {
    return this.stream.kind;
  }
  get id(): MessageId {
    this.#id ??= `${this.from}>${this.to} ${this.kind} ${this.tainted ? '~' : '#'}${String(this.number)}`;
    return this.#id;
  }
  toJSON(): Flight<Frame> {
    const { id, from, to, kind, frame, sentMs } = this;
    return { id, from, to, kind, frame, sentMs };
  }
}

/** Messages of one kind on one link: what identities count. */
interface Stream<Frame> {
  readonly link: Link<Frame>;
  readonly kind: string;
  plainCount: number;
  taintedCount: number;
  readonly live: Packet<Frame>[];
}

export interface Link<Frame> {
  readonly from: string;
  readonly to: string;
  readonly streams: Map<string, Stream<Frame>>;
  isClogged: boolean;
  /** Due while the link was clogged. */
  held: Packet<Frame>[];
}

interface Cut {
  readonly from: ReadonlySet<string>;
  readonly to: ReadonlySet<string>;
}

const IDENTITY = /^(.*?)>(.*) (\S+) ([#~])([1-9]\d*)$/s;

/** All links of a run. Knows neither nodes nor time: the world tells it both. */
export class Wire<Frame> {
  readonly #links = new Map<string, Map<string, Link<Frame>>>();
  readonly #clogged = new Set<Link<Frame>>();
  readonly #live = new Set<Packet<Frame>>();
  #liveList: readonly Packet<Frame>[] | undefined;
  #recent: Packet<Frame>[] = [];
  #seenList: readonly Packet<Frame>[] | undefined;
  #cuts: Cut[] = [];

  get liveCount(): number {
    return this.#live.size;
  }

  /** Messages in flight, oldest first. Cached until one comes or goes. */
  get inFlight(): readonly Packet<Frame>[] {
    this.#liveList ??= Array.from(this.#live);
    return this.#liveList;
  }

  /** The last messages that were sent, oldest first. Cached until the next one. */
  get seen(): readonly Packet<Frame>[] {
    this.#seenList ??= this.#recent.slice(-MAX_SEEN_FLIGHTS);
    return this.#seenList;
  }

  link(from: string, to: string): Link<Frame> {
    let links = this.#links.get(from);
    if (links === undefined) this.#links.set(from, (links = new Map<string, Link<Frame>>()));
    let link = links.get(to);
    if (link === undefined) {
      link = { from, to, streams: new Map<string, Stream<Frame>>(), isClogged: false, held: [] };
      links.set(to, link);
    }
    return link;
  }

  /** Links that hold what is sent, in the order in which they were clogged. */
  get clogged(): readonly Link<Frame>[] {
    return Array.from(this.#clogged);
  }

  clog(link: Link<Frame>): void {
    link.isClogged = true;
    this.#clogged.add(link);
  }

  /** Opens a link again; returns what it held. */
  release(link: Link<Frame>): readonly Packet<Frame>[] {
    link.isClogged = false;
    this.#clogged.delete(link);
    const held = link.held;
    link.held = [];
    return held;
  }

  /** Names and puts on the wire. What a cut loses has a name, too, but is not alive. */
  send(
    from: string,
    to: string,
    kind: string,
    frame: Frame,
    tainted: boolean,
    nowMs: number,
    dueMs: number,
    order: number,
  ): Packet<Frame> {
    const link = this.link(from, to);
    let stream = link.streams.get(kind);
    if (stream === undefined) {
      stream = { link, kind, plainCount: 0, taintedCount: 0, live: [] };
      link.streams.set(kind, stream);
    }
    const number = tainted ? (stream.taintedCount += 1) : (stream.plainCount += 1);
    const packet = new Packet(stream, number, tainted, frame, nowMs, dueMs, order);
    this.#recent.push(packet);
    this.#seenList = undefined;
    if (this.#recent.length >= 2 * MAX_SEEN_FLIGHTS) this.#recent = this.#recent.slice(-MAX_SEEN_FLIGHTS);
    if (this.#cuts.length > 0 && this.isCut(from, to)) packet.live = false;
    else this.#add(packet);
    return packet;
  }

  /** Another copy under the same name. */
  copy(packet: Packet<Frame>, dueMs: number, order: number): Packet<Frame> {
    const { stream, number, tainted, frame, sentMs } = packet;
    const copy = new Packet(stream, number, tainted, frame, sentMs, dueMs, order);
    this.#add(copy);
    return copy;
  }

  /** Takes a message off the wire: it arrived, or it is lost. */
  remove(packet: Packet<Frame>): void {
    packet.live = false;
    this.#live.delete(packet);
    this.#liveList = undefined;
    const live = packet.stream.live;
    if (live[0] === packet) live.shift();
    else live.splice(live.indexOf(packet), 1);
  }

  /** The oldest copy in flight of a message. */
  findLive(id: MessageId): Packet<Frame> | undefined {
    return this.#lookUp(id, (stream) => stream.live);
  }

  /** A message in flight or among the last ones sent. */
  find(id: MessageId): Packet<Frame> | undefined {
    const recent = this.#recent;
    const oldestSeenAt = Math.max(0, recent.length - MAX_SEEN_FLIGHTS);
    return (
      this.findLive(id) ??
      this.#lookUp(id, (stream) =>
        recent.filter((packet, at) => at >= oldestSeenAt && packet.stream === stream),
      )
    );
  }

  /** Of some messages, the oldest or the newest that shares link and kind with the one that is named. */
  like(
    id: MessageId,
    among: readonly Packet<Frame>[],
    which: 'oldest' | 'newest',
  ): Packet<Frame> | undefined {
    const match = IDENTITY.exec(id);
    if (match === null) return undefined;
    const [, from = '', to = '', kind = ''] = match;
    const stream = this.#links.get(from)?.get(to)?.streams.get(kind);
    if (stream === undefined) return undefined;
    const fits = (packet: Packet<Frame>): boolean => packet.stream === stream;
    return which === 'oldest' ? among.find(fits) : among.findLast(fits);
  }

  /** Of some messages, the newest of the kind of the one that is named. */
  ofKind(id: MessageId, among: readonly Packet<Frame>[]): Packet<Frame> | undefined {
    const kind = IDENTITY.exec(id)?.[3];
    return kind === undefined ? undefined : among.findLast((packet) => packet.kind === kind);
  }

  /** From now on nothing passes. Returns what was on its way and is lost. */
  cut(from: ReadonlySet<string>, to: ReadonlySet<string>): readonly Packet<Frame>[] {
    this.#cuts.push({ from, to });
    const lost = this.inFlight.filter((packet) => from.has(packet.from) && to.has(packet.to));
    for (const packet of lost) this.remove(packet);
    return lost;
  }

  isCut(from: string, to: string): boolean {
    return this.#cuts.some((cut) => cut.from.has(from) && cut.to.has(to));
  }

  get hasCuts(): boolean {
    return this.#cuts.length > 0;
  }

  heal(): void {
    this.#cuts = [];
  }

  #add(packet: Packet<Frame>): void {
    this.#live.add(packet);
    this.#liveList = undefined;
    packet.stream.live.push(packet);
  }

  #lookUp(
    id: MessageId,
    candidates: (stream: Stream<Frame>) => readonly Packet<Frame>[],
  ): Packet<Frame> | undefined {
    const match = IDENTITY.exec(id);
    if (match === null) return undefined;
    const [, from = '', to = '', kind = '', mark, number] = match;
    const stream = this.#links.get(from)?.get(to)?.streams.get(kind);
    if (stream === undefined) return undefined;
    const tainted = mark === '~';
    return candidates(stream).find(
      (packet) => packet.tainted === tainted && packet.number === Number(number),
    );
  }
}
