/** Which of the kit's properties are asked of the prototype and of the flat protocol, and how they are meant there. */

export interface Scope {
  readonly property: string;
  readonly applies: boolean;
  /** How the property is meant, or why it does not apply. */
  readonly why: string;
}

const CONFORMANCE: Scope = {
  property: 'conformance',
  applies: false,
  why: 'the statecharts are those of another protocol',
};
const ONE_SLOT: Scope = {
  property: 'one-slot-per-credential',
  applies: false,
  why: 'there are no credentials',
};

/** In the order of the properties. */
export const PROTOTYPE_SCOPE: readonly Scope[] = [
  {
    property: 'authentic-delivery',
    applies: true,
    why: 'a record is what its writer put if sender, timestamp, ciphertext, hash and type are',
  },
  {
    property: 'chain-integrity',
    applies: true,
    why: 'the capsule of a life is the chain of its data records from `init` on; a `prevHash` may also be that of a genuine EOE or SYNC in between',
  },
  {
    property: 'fork-accountability',
    applies: false,
    why: 'nobody compares records of one name, and there is no evidence to keep',
  },
  {
    property: 'coordinator-accountability',
    applies: false,
    why: 'there are no versions under which two assignments could contradict each other, and nothing is signed by the root',
  },
  {
    property: 'rejection-is-inert',
    applies: true,
    why: 'what is ignored or dropped is rejected; a clock grows by one with each record taken in',
  },
  {
    property: 'tree-shape',
    applies: true,
    why: 'nobody commits a tree, so it is judged by the entries of each node as they change: no self-neighbour, no cycle of parents, clients are leaves, at most 2 child routers; that all is connected is `reattachment`',
  },
  {
    property: 'placement-authority',
    applies: false,
    why: 'parents are assigned by whichever node a Join ends at, without versions: there is no word of a coordinator to compare with',
  },
  {
    property: 'edge-once',
    applies: true,
    why: 'a link is two addresses; who sent is what `lastSender` says',
  },
  {
    property: 'k-plus-one',
    applies: true,
    why: 'K = 2, its only limit, which it sets to child routers; versions are changes of a node’s own entries',
  },
  {
    property: 'shard-containment',
    applies: false,
    why: 'there are no shards: everybody gets everything',
  },
  {
    property: 'enclave-economy',
    applies: true,
    why: 'every data record that an enclave takes in is an entry',
  },
  { property: 'domain-crossing', applies: false, why: 'there are no domains' },
  {
    property: 'confidentiality',
    applies: true,
    why: 'the secrets are the group key, the signing key and what is put',
  },
  {
    property: 'key-epochs',
    applies: false,
    why: 'there is one group key, for all time, and nobody is expelled',
  },
  ONE_SLOT,
  { property: 'bounded-reaction', applies: true, why: 'as for the reference' },
  CONFORMANCE,
  {
    property: 'delivery-to-every-subscriber',
    applies: true,
    why: 'subscribers are the clients that are up; a life that ended took its records with it',
  },
  {
    property: 'convergence',
    applies: true,
    why: 'which of two writes with equal timestamps wins is open, as long as equal records give equal stores',
  },
  {
    property: 'reattachment',
    applies: true,
    why: 'everybody fits; a node is attached if its parent knows it as a child, and so on up to the root',
  },
  {
    property: 'resync-completes',
    applies: true,
    why: 'an epoch opens with RTS and closes with SYNC; its frontier is the map in SYNC',
  },
  {
    property: 'latency-bound',
    applies: true,
    why: 'by the tree of parent entries, where every parent knows its child; there is no committed tree whose depth could be bounded',
  },
  { property: 'non-interference', applies: true, why: 'as for the reference' },
];

/** What is otherwise for the flat protocol. */
const FLAT_ONLY: Readonly<Record<string, Omit<Scope, 'property'>>> = {
  'tree-shape': {
    applies: true,
    why: 'the tree is the root’s list of members, K as many as there are clients',
  },
  'placement-authority': { applies: false, why: 'nobody is placed' },
  'k-plus-one': { applies: true, why: 'K is the number of clients' },
  reattachment: { applies: true, why: 'a client is attached if it is on the root’s list' },
  'latency-bound': { applies: true, why: 'the depth is 1' },
};

export const FLAT_SCOPE: readonly Scope[] = PROTOTYPE_SCOPE.map((scope) => {
  const only = FLAT_ONLY[scope.property];
  return only === undefined ? scope : { ...scope, ...only };
});

/** Why properties do not apply, by their ids. */
export function notApplicableIn(scope: readonly Scope[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    scope.filter(({ applies }) => !applies).map(({ property, why }) => [property, why]),
  );
}
