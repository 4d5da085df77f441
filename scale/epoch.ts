/**
 * One epoch in which nothing is missing (docs/protocol.md §5.4): RTS down, answers up, SYNC down. Routers wait for their children as long as
 * the reference does, and an EOE has room for as many answers as its frames have.
 */
import type { TimedEvent } from './event-queue.ts';
import { EVENTS_A_TURN } from './multicast.ts';
import { at, fanOut, isClient, NONE, ROOT } from './placed-tree.ts';
import { Traffic, type Wires } from './traffic.ts';

export interface Epoch {
  readonly traffic: Traffic;
  /** Messages of each kind that were sent. */
  readonly sends: { readonly rts: number; readonly eoe: number; readonly sync: number };
  /** Answers that the coordinator had when it closed the epoch. */
  readonly answers: number;
  /** Whether that of the writer was among them. */
  readonly hasHead: boolean;
  /** EOEs that came when they were not waited for any more. */
  readonly late: number;
  /** Nodes that accepted the SYNC, the coordinator aside. */
  readonly synced: number;
  /** From the opening until the coordinator closes the epoch, and until the last node has the SYNC. */
  readonly closedNs: number;
  readonly latencyNs: number;
}

const RTS = 0;
const EOE = 1;
const SYNC = 2;
const EOE_TIMER = 3;

const NS_PER_MS = 1_000_000;

/**
 * Simulates it. `eoeMs`: the coordinator's patience; a router at level L has `⌊eoeMs / 2^L⌋`. Yields the messages that have arrived, now
 * and then.
 */
export function* epoch(wires: Wires, writer: number, eoeMs: number): Generator<number, Epoch> {
  const { tree, frames } = wires;
  const traffic = new Traffic(wires);
  /** Children whose EOE a node waits for; {@link NONE}: it waits for none. */
  const waiting = new Int32Array(tree.nodes).fill(NONE);
  /** Answers that a node has gathered, and whether the writer's is one of them; then, those in the EOE that it sent. */
  const answers = new Int32Array(tree.nodes);
  const hasHead = new Uint8Array(tree.nodes);
  const sends = { rts: 0, eoe: 0, sync: 0 };
  let late = 0;
  let synced = 0;
  let closedNs = 0;
  let latencyNs = 0;

  const sendDown = (timeNs: number, node: number, kind: typeof RTS | typeof SYNC): void => {
    const body = kind === RTS ? frames.rts : frames.sync;
    const end = at(tree.childStart, node + 1);
    for (let slot = at(tree.childStart, node); slot < end; slot += 1)
      traffic.send(timeNs, node, at(tree.children, slot), body, kind);
    sends[kind === RTS ? 'rts' : 'sync'] += fanOut(tree, node);
  };
  /** What came is all that is waited for: to the parent, or, at the coordinator, down to everybody. */
  const answer = (timeNs: number, node: number): void => {
    waiting[node] = NONE;
    if (node === ROOT) {
      closedNs = timeNs;
      sendDown(timeNs, ROOT, SYNC);
      return;
    }
    const withHead = hasHead[node] === 1;
    answers[node] = Math.min(at(answers, node), frames.maxAnswers(withHead));
    traffic.send(timeNs, node, at(tree.parent, node), frames.eoe(at(answers, node), withHead), EOE);
    sends.eoe += 1;
  };
  const open = (timeNs: number, node: number): void => {
    sendDown(timeNs, node, RTS);
    waiting[node] = fanOut(tree, node);
    if (waiting[node] === 0) answer(timeNs, node);
    else traffic.wake(timeNs + Math.floor(eoeMs / 2 ** at(tree.level, node)) * NS_PER_MS, node, EOE_TIMER);
  };

  open(0, ROOT);
  const event: TimedEvent = { timeNs: 0, node: 0, from: 0, kind: RTS };
  for (let arrived = 1; traffic.next(event); arrived += 1) {
    if (arrived % EVENTS_A_TURN === 0) yield arrived;
    const { timeNs, node, from, kind } = event;
    switch (kind) {
      case RTS:
        traffic.accept(node);
        if (isClient(tree, node)) {
          answers[node] = 1;
          hasHead[node] = node === writer ? 1 : 0;
          answer(timeNs, node);
        } else open(timeNs, node);
        break;
      case EOE:
        if (at(waiting, node) === NONE) {
          late += 1;
          break;
        }
        traffic.accept(node);
        answers[node] = at(answers, node) + at(answers, from);
        if (hasHead[from] === 1) hasHead[node] = 1;
        waiting[node] = at(waiting, node) - 1;
        if (waiting[node] === 0) answer(timeNs, node);
        break;
      case EOE_TIMER:
        if (at(waiting, node) !== NONE) answer(timeNs, node);
        break;
      case SYNC:
        traffic.accept(node);
        synced += 1;
        latencyNs = timeNs;
        if (!isClient(tree, node)) sendDown(timeNs, node, SYNC);
        break;
      default:
        throw new RangeError(`kind: there is no ${kind}`);
    }
  }
  return {
    traffic,
    sends,
    answers: at(answers, ROOT),
    hasHead: hasHead[ROOT] === 1,
    late,
    synced,
    closedNs,
    latencyNs,
  };
}
