/**
 * The reference implementation of docs/protocol.md: sans-IO nodes over real bytes and keys. A node takes one input
 * at a time and emits outputs; the embedder owns the network, the clock, randomness and the disk.
 *
 * A whole program, with a loop-back network and timers of its own:
 *
 * ```ts
 * import { randomBytes } from 'node:crypto';
 * import { Client, Coordinator, DEFAULT_PARAMETERS, enrol, MemoryStorage, type Node, type Output } from 'psl-verify/impl';
 *
 * const { anchor, groupKey, issue } = enrol(randomBytes(32));
 * const options = { anchor, parameters: DEFAULT_PARAMETERS };
 * const nodes = new Map<string, Node>([
 *   ['C', new Coordinator({ ...options, node: 'C', keys: issue('C', 'coordinator'), storage: new MemoryStorage() })],
 *   ['c1', new Client({ ...options, node: 'c1', keys: issue('c1', 'client'), storage: new MemoryStorage(), groupKey })],
 * ]);
 * const timers = new Map<string, NodeJS.Timeout>();
 *
 * function run(node: string, input: Parameters<Node['handle']>[0]): void {
 *   nodes.get(node)?.handle(input, (output: Output) => {
 *     const timer = 'timer' in output ? `${node} ${output.timer}` : '';
 *     if (output.kind === 'send')
 *       setImmediate(() => run(output.to, { kind: 'frame', from: node, frame: output.frame }));
 *     else if (output.kind === 'set-timer') {
 *       clearTimeout(timers.get(timer));
 *       timers.set(timer, setTimeout(() => run(node, { kind: 'timer', timer: output.timer }), output.ms));
 *     } else if (output.kind === 'cancel-timer') clearTimeout(timers.get(timer));
 *     else console.log(node, output);
 *   });
 * }
 *
 * for (const node of nodes.keys()) run(node, { kind: 'start', life: 1, entropy: randomBytes(16) });
 * run('c1', { kind: 'command', command: { type: 'put', key: 'greeting', value: 'hello' } });
 * ```
 *
 * Decoded values are immutable: memos share them among the nodes of a process, so take frames apart and put new ones
 * together, but never change a value in place.
 *
 * For mutants: every decision is a protected method of the class that takes it (`Witness`, `Member`, `Router`, `Subscriber`, `Replica`, `Client`,
 * `Root`, `Coordinator`, `Relay`, `LinkTable`, `Log`, `Store`, `Chains`, `Forks`, `HeapPolicy`, `Tree`), and a node makes its parts in
 * `makeLinks`, `makeRelay`, `makeLog`, `makeStore`, `makeChains`, `makeForks`, `makePolicy`, `makeTree`.
 */
export { BaseNode, Rejection, reject, type NodeOptions } from './base.ts';
export { Chains, type Position } from './chains.ts';
export { Client, type ClientOptions } from './client.ts';
export * from './codec.ts';
export { Coordinator } from './coordinator.ts';
export { COORDINATOR, enrol, isEnrolled, isSigned, type Enrolment, type NodeKeys } from './credentials.ts';
export * from './crypto.ts';
export { isEvidence, makeEvidence } from './evidence.ts';
export { Forks } from './forks.ts';
export { Gather } from './gather.ts';
export { LinkTable, type Link } from './links.ts';
export { Log } from './log.ts';
export { Member, type MemberState } from './member.ts';
export { Memo, MEMO_ENTRIES } from './memo.ts';
export type * from './messages.ts';
export * from './node.ts';
export { DomainPolicy, gatewaySlots, type DomainsSnapshot } from './domain-policy.ts';
export { HeapPolicy, type HeapSnapshot, type PlacementPolicy, type PolicySnapshot } from './placement.ts';
export * from './record.ts';
export * from './rotation.ts';
export { Relay, rangeKey, type RelayHost, type Route } from './relay.ts';
export { MAX_FRONTIER, Root } from './root.ts';
export { Router } from './router.ts';
export * from './shards.ts';
export { contradict, isSplitView, makeSplitView } from './split-view.ts';
export { Store, type Stamp } from './store.ts';
export type { Entry, Known, StoredTree } from './stored.ts';
export { Subscriber } from './subscriber.ts';
export { Witness } from './witness.ts';
export { Tree, type Committed, type Identify, type InterestOf, type Remade } from './tree.ts';
