/**
 * The prototype of 2021 and the flat protocol before it, as subjects: nodes that do what docs/prototype-2021-behaviour.md says, and
 * nothing else. Comments name its sentences, as D3. Where they leave something open, the simplest reading is taken:
 *
 * - O1: nothing is stored, so a process that is started again begins anew.
 * - O2: “older than 3 s” is more than 3,000 ms. Nodes of the kit have no clock, so a timer of 3,001 ms per entry keeps its age.
 * - O3: timers go off periodically from the start on; levels begin at 0; a node keeps child routers and child clients in two lists.
 * - O4: at `listenHeartbeat` first the stale are forgotten, then whoever has no parent sends Join. What is ignored is rejected.
 * - O5: the coordinator's enclave is on the root's machine: it gets what the root passes on, and what it multicasts the root sends to
 *   each child. Its workers are the clients.
 * - O6: one put is one item is one record; the writer stores it at once. What does not parse as items is left out.
 * - O7: RTS, EOE and SYNC are records like data, of one item (SYNC: one for each entry of the map), so they move clock and chain, too.
 *   The coordinator takes EOE and data, workers take RTS, SYNC and data; other types move the clock only.
 * - O8: a nonce is fresh for each record and travels before the ciphertext. A payload that is no record is dropped unread. Protobuf
 *   messages are canonical CBOR here.
 * - O9: flat: clients send Join once, at the start; enclaves and epochs are those of the prototype.
 */
import type { Subject } from '../../engine/index.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../model/index.ts';
import type { SubjectFacts } from '../monitors/judge.ts';
import type { Command, Report } from '../reading.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';
import { ClientProcess } from './client.ts';
import { FlatClientProcess, FlatRootProcess } from './flat.ts';
import { EPOCH_MS, LISTEN_HEARTBEAT_MS, REBALANCE_MS, SEND_HEARTBEAT_MS, STALE_MS } from './process.ts';
import { PrototypeReader } from './reader.ts';
import { decodeRecord, GROUP_KEY, hex, INIT, SIGNING_SECRET } from './records.ts';
import { RootProcess } from './root.ts';
import { RouterProcess } from './router.ts';
import { MAX_CHILD_ROUTERS } from './routing.ts';
import { FLAT_SCOPE, notApplicableIn, PROTOTYPE_SCOPE } from './scope.ts';
import { decode } from './wire.ts';

export type PrototypeSubject = Subject<Uint8Array, Command, Report, TreeScenario>;

/** Records are called by their type, which anybody can read. */
function kindOf(frame: Uint8Array): string {
  const message = decode(frame);
  if (message === undefined) return 'junk';
  return (message.kind === 'raw-bytes' ? decodeRecord(message.payload)?.msgType : undefined) ?? message.kind;
}

function workersIn({ nodes }: TreeScenario): number {
  return nodes.filter((node) => node.startsWith('c')).length;
}

export const prototypeSubject: PrototypeSubject = {
  id: 'prototype-2021',
  title: 'the prototype of 2021 as it behaves: a tree of routers that repairs itself',
  spawn(scenario, node) {
    if (node === ROOT) return new RootProcess(node, workersIn(scenario));
    return node.startsWith('r') ? new RouterProcess(node, ROOT) : new ClientProcess(node, ROOT);
  },
  kindOf,
  bytesOf: (frame) => frame,
};

export const flatSubject: PrototypeSubject = {
  id: 'flat-2021',
  title: 'the flat protocol before it: the root sends every record to every client',
  spawn: (scenario, node) =>
    node === ROOT ? new FlatRootProcess(node, workersIn(scenario)) : new FlatClientProcess(node, ROOT),
  kindOf,
  bytesOf: (frame) => frame,
};

const COMMON: Omit<SubjectFacts<Uint8Array>, 'id' | 'notApplicable'> = {
  reader: () => new PrototypeReader(),
  payloads: true,
  secrets: [GROUP_KEY, SIGNING_SECRET],
  genesis: hex(INIT),
  countsReceipts: true,
  storesNothing: true,
  tree: 'entries',
  ties: 'open',
};

export const prototypeFacts: SubjectFacts<Uint8Array> = {
  ...COMMON,
  id: prototypeSubject.id,
  notApplicable: notApplicableIn(PROTOTYPE_SCOPE),
};

export const flatFacts: SubjectFacts<Uint8Array> = {
  ...COMMON,
  reader: () => new PrototypeReader(true),
  id: flatSubject.id,
  notApplicable: notApplicableIn(FLAT_SCOPE),
};

/** Its own numbers, by the names of the reference's. What it has no number for is the reference's, for monitors that ask. */
const NUMBERS: Parameters = {
  ...DEFAULT_PARAMETERS,
  k: MAX_CHILD_ROUTERS,
  heartbeatMs: SEND_HEARTBEAT_MS,
  suspectMs: STALE_MS,
  joinMs: LISTEN_HEARTBEAT_MS,
  epochMs: EPOCH_MS,
};

/**
 * Time enough for everything that could still happen once the faults have stopped: twice what it takes until somebody whom rebalancing
 * forgot finds out and asks again; and three epochs, one that was opened too early, one to learn what is missing, one to spare. Nobody waits for anything
 * longer than that.
 */
const SETTLE_MS = 3 * EPOCH_MS + 2 * (REBALANCE_MS + STALE_MS + LISTEN_HEARTBEAT_MS);

/**
 * The scenario with the prototype's own numbers, whatever those of the given one are, and with time enough for them to settle. The
 * only K that it knows is 2; a flat scenario is as wide as there are clients. Applied twice, it changes nothing more.
 */
export function prototypeScenario(scenario: TreeScenario): TreeScenario {
  const { topology } = scenario;
  const k = topology === 'flat' ? Math.max(2, workersIn(scenario)) : NUMBERS.k;
  const parameters = { ...NUMBERS, k };
  const name = scenario.name
    .replace(/^(tree|sharded-\d+s|domains-\d+d)-k\d+/, `tree-k${k}`)
    .replace(/-(tight|scarce)\b/, '');
  return {
    ...scenario,
    name,
    topology: topology === 'flat' ? 'flat' : 'tree',
    parameters,
    settleMs: SETTLE_MS,
  };
}

/** The same for the flat protocol: there are no routers. */
export function flatScenario(scenario: TreeScenario): TreeScenario {
  const nodes = scenario.nodes.filter((node) => !node.startsWith('r'));
  const name = scenario.name.replace(/^tree-k\d+-\d+r-/, 'flat-');
  return prototypeScenario({ ...scenario, name, nodes, topology: 'flat' });
}

/** Steps that a node takes in a second at most: ten times as many as where all is calm. */
const STEPS_PER_SECOND = 30;
/** Steps that come of the moves themselves, at most. */
const STEPS_OF_MOVES = 10_000;

/** Steps that a run may have taken by a time: with more, messages must be going round. */
export function prototypeStepsMax({ nodes }: TreeScenario, nowMs: number): number {
  return STEPS_OF_MOVES + Math.floor((STEPS_PER_SECOND * nodes.length * nowMs) / 1000);
}
