/** The properties: ids, statements, sources, and the monitors that judge them. */
import { ShardContainment } from './monitors/containment.ts';
import { DomainCrossing } from './monitors/domains.ts';
import { Convergence } from './monitors/convergence.ts';
import { Conformance } from './monitors/conformance.ts';
import { ForkAccountability } from './monitors/forks.ts';
import type { Definition, Judge, Watch } from './monitors/judge.ts';
import { KeyEpochs } from './monitors/keys.ts';
import { DeliveryToEverySubscriber, Reattachment, ResyncCompletes } from './monitors/liveness.ts';
import { NON_INTERFERENCE } from './monitors/non-interference.ts';
import { BoundedReaction, RejectionIsInert } from './monitors/reactions.ts';
import { AuthenticDelivery, ChainIntegrity, Confidentiality, EnclaveEconomy } from './monitors/records.ts';
import { CoordinatorAccountability } from './monitors/split-views.ts';
import { EdgeOnce, KPlusOne, LatencyBound } from './monitors/traffic.ts';
import { OneSlotPerCredential, PlacementAuthority, TreeShape } from './monitors/tree.ts';

type JudgeClass = new (id: string, watch: Watch) => Judge;

const always =
  (judge: JudgeClass): Definition['make'] =>
  (watch, id) =>
    new judge(id, watch);

/** Of frames, what they say is part of it. */
const withReader =
  (judge: JudgeClass): Definition['make'] =>
  (watch, id) =>
    watch.facts.reader !== undefined
      ? new judge(id, watch)
      : { notApplicable: `nobody reads the frames of ${watch.facts.id}` };

const withPayloads =
  (judge: JudgeClass): Definition['make'] =>
  (watch, id) =>
    watch.facts.payloads ? new judge(id, watch) : { notApplicable: `${watch.facts.id} has no payloads` };

const withBytes =
  (judge: JudgeClass): Definition['make'] =>
  (watch, id) =>
    watch.facts.secrets !== undefined
      ? new judge(id, watch)
      : { notApplicable: `frames of ${watch.facts.id} are not bytes` };

const whereSharded =
  (judge: JudgeClass): Definition['make'] =>
  (watch, id) =>
    watch.scenario.parameters.shards > 1
      ? withReader(judge)(watch, id)
      : { notApplicable: 'there is one shard' };

const whereDomains =
  (judge: JudgeClass): Definition['make'] =>
  (watch, id) =>
    watch.scenario.parameters.domains > 1
      ? withReader(judge)(watch, id)
      : { notApplicable: 'there is one domain' };

/** Every property that a single run can break, in the order of tables. */
export const DEFINITIONS: readonly Definition[] = [
  {
    id: 'authentic-delivery',
    kind: 'safety',
    statement: 'Whatever enters an enclave was put by its claimed writer, unchanged.',
    source: 'poster, security; SCL',
    make: always(AuthenticDelivery),
  },
  {
    id: 'chain-integrity',
    kind: 'safety',
    statement:
      'Each client delivers, of each capsule, a prefix of the one chain its writer wrote: each record once, in order, every prevHash right.',
    source: 'DataCapsule',
    make: always(ChainIntegrity),
  },
  {
    id: 'fork-accountability',
    kind: 'safety',
    statement:
      'When a writer equivocates, some honest node holds evidence that convinces anyone; honest nodes stop at the fork; no evidence ever names an honest node.',
    source: 'IA-CCF, PeerReview',
    make: withReader(ForkAccountability),
  },
  {
    id: 'coordinator-accountability',
    kind: 'safety',
    statement:
      'Whoever sees two placements of one version that are of no one tree holds evidence that convinces anyone; neighbours that were told of different trees come to see both; no evidence is ever held against an honest coordinator.',
    source: 'PeerReview; Certificate Transparency, split views',
    make: withReader(CoordinatorAccountability),
  },
  {
    id: 'rejection-is-inert',
    kind: 'safety',
    statement:
      'A rejected message changes nothing observable: no clock, no filter, no timer, no send but a counter.',
    source: 'decided',
    make: withReader(RejectionIsInert),
  },
  {
    id: 'tree-shape',
    kind: 'safety',
    statement:
      'Every committed tree: one root, one parent a node, no cycle, connected, clients are leaves, no self-neighbour, at most K children a node.',
    source: 'poster',
    make: always(TreeShape),
  },
  {
    id: 'placement-authority',
    kind: 'safety',
    statement:
      'A node’s neighbours are those the coordinator last told it, and only the coordinator’s word changes them; versions only grow.',
    source: 'poster, security',
    make: withReader(PlacementAuthority),
  },
  {
    id: 'edge-once',
    kind: 'safety',
    statement:
      'A record is accepted over a link at most once in each direction; at most once at all if no placement changed while it was in flight.',
    source: 'poster',
    make: withReader(EdgeOnce),
  },
  {
    id: 'k-plus-one',
    kind: 'safety',
    statement:
      'No node sends, or accepts, more than K + 1 copies of one record in one version (root: K; client: 1); if no placement changed while it was in flight, sends and accepted receives together are at most that.',
    source: 'poster: “sends / receives at most K + 1”',
    make: withReader(KPlusOne),
  },
  {
    id: 'shard-containment',
    kind: 'safety',
    statement:
      'No record goes down an edge below which nobody wants its shard; no client takes in a record of a shard that it does not subscribe to.',
    source: 'poster: each write to the interested subset',
    make: whereSharded(ShardContainment),
  },
  {
    id: 'enclave-economy',
    kind: 'safety',
    statement:
      'A client’s enclave is entered exactly once per genuine record it delivers and for nothing else.',
    source: 'poster, metrics',
    make: withReader(EnclaveEconomy),
  },
  {
    id: 'domain-crossing',
    kind: 'safety',
    statement:
      'Each record crosses each edge between two administrative domains at most once, and only from gateway to gateway; a domain is one piece of the tree below its gateway.',
    source: 'poster',
    make: whereDomains(DomainCrossing),
  },
  {
    id: 'confidentiality',
    kind: 'safety',
    statement: 'No plaintext and no group key in any byte that left an enclave.',
    source: 'poster; SCL',
    make: withBytes(Confidentiality),
  },
  {
    id: 'key-epochs',
    kind: 'safety',
    statement:
      'Whoever knows of a rotation accepts and repeats nothing of those expelled beyond the cut, and seals under the new group key; everybody else has it once the faults stop.',
    source: 'decided',
    make: withReader(KeyEpochs),
  },
  {
    id: 'one-slot-per-credential',
    kind: 'safety',
    statement: 'One credential never holds two places in a tree.',
    source: 'decided',
    make: always(OneSlotPerCredential),
  },
  {
    id: 'bounded-reaction',
    kind: 'safety',
    statement:
      'A node ends its reaction to one input within a fixed number of steps and keeps within its buffer bounds.',
    source: 'decided',
    make: always(BoundedReaction),
  },
  {
    id: 'conformance',
    kind: 'safety',
    statement: 'Every reaction of a node is one that its role’s statechart allows.',
    source: 'statecharts in model/',
    make: withReader(Conformance),
  },
  {
    id: 'delivery-to-every-subscriber',
    kind: 'liveness',
    statement:
      'Every record put by a live honest client is delivered by every live honest subscriber: every client that wants its shard.',
    source: 'poster',
    make: always(DeliveryToEverySubscriber),
  },
  {
    id: 'convergence',
    kind: 'liveness',
    statement:
      'Live honest clients that delivered equal sets of records hold equal stores, for every order, duplication and batching.',
    source: 'SCL',
    make: withPayloads(Convergence),
  },
  {
    id: 'reattachment',
    kind: 'liveness',
    statement:
      'Every live credentialed node that fits has a live parent; those that don’t fit are pending, and say so.',
    source: 'poster, aliveness',
    make: always(Reattachment),
  },
  {
    id: 'resync-completes',
    kind: 'liveness',
    statement:
      'Each epoch closes, with up to all but one client silent; what was missed is repaired by the next one that closes.',
    source: 'SCL',
    make: withReader(ResyncCompletes),
  },
  {
    id: 'latency-bound',
    kind: 'liveness',
    statement:
      'Hops from writer to subscriber stay within 2 · depth, depth within its bound, and both within n − 1.',
    source: 'poster, metrics',
    make: withReader(LatencyBound),
  },
];

/** What lists and tables say of every property, those of pairs of runs included. */
export const PROPERTIES: readonly Omit<Definition, 'make'>[] = [
  ...DEFINITIONS.map(({ id, kind, statement, source }) => ({ id, kind, statement, source })),
  NON_INTERFERENCE,
];
