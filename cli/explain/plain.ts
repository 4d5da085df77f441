/** The properties in words for somebody who has not seen the protocol: what it is good for that each holds. */

export const IN_PLAIN_WORDS: Readonly<Record<string, string>> = {
  'authentic-delivery':
    'What a client reads is what somebody really wrote; nobody else can slip anything in.',
  'chain-integrity':
    'Each writer numbers what it writes. Everybody reads it in that order, with nothing left out, doubled or swapped, and no writer gives one number to two things.',
  'fork-accountability':
    'A writer that tells two different stories is found out, with a proof that convinces anybody; and nobody can be framed.',
  'coordinator-accountability':
    'If the coordinator draws two different trees under one version, for different nodes, they find out, with a proof that convinces anybody; and it cannot be framed.',
  'rejection-is-inert':
    'Whoever sends a message that is refused must not gain anything by it: the receiver goes on as if it had never come.',
  'tree-shape': 'The network is a proper tree, and no node has more children than it can serve (K).',
  'placement-authority':
    'Only the coordinator moves nodes around, and an order that it has replaced by a newer one is void.',
  'edge-once': 'Every record travels over each connection once; copies are waste.',
  'k-plus-one': 'The work that one record makes for one node is bounded by its number of neighbours.',
  'shard-containment':
    'Records go only where somebody wants them, and a client reads only what it subscribes to.',
  'domain-crossing': 'Between organisations, each record passes once, and through their gateways only.',
  'enclave-economy':
    'Entering an enclave is expensive: it happens once for each new record, and for nothing else.',
  confidentiality: 'Nobody on the way can read what clients write.',
  'key-epochs':
    'Who has been expelled is out: whoever has heard of it takes nothing new from it, and writes under a key that it does not have.',
  'one-slot-per-credential': 'Nobody takes two places in the tree.',
  'bounded-reaction': 'No message can make a node work without end or fill its memory.',
  conformance: 'Every node does exactly what the specification, drawn as a state machine, allows it to do.',
  'delivery-to-every-subscriber': 'What one client writes, all the others get sooner or later.',
  convergence: 'Clients that have read the same writes agree on what is in the store.',
  reattachment:
    'A node that loses its place in the tree gets another one, and nobody is left under a dead parent.',
  'resync-completes':
    'From time to time a round (an epoch) finds out what anybody has missed, and what was missed is sent again before the next round is over.',
  'latency-bound': 'The tree stays flat, so that nothing takes more hops than necessary.',
  'non-interference': 'An attacker without keys changes nothing about what the clients end up with.',
  overload: 'A run ends: nodes do not talk without end.',
  'crash-of-the-code': 'The code of a node never throws.',
};

/** What should have been, where no step is off its statechart: in the words of the property. Without an entry, its statement says it. */
export const SHOULD_HAVE_BEEN: Readonly<Record<string, string>> = {
  'authentic-delivery': 'what enters the enclave is all that the writer put, and nothing else',
  'rejection-is-inert': 'a message that is rejected leaves no trace, not even on a clock',
  confidentiality:
    'all that a client writes leaves it encrypted under the newest group key that it knows of, and that key goes to nobody who is expelled',
  'delivery-to-every-subscriber': 'the record gets to every client that is up and wants it',
};
