/**
 * Words of the protocol that a newcomer does not know, each with a brief explanation. Texts of a story mark them, and
 * whoever shows a text says the explanation where the word comes up first.
 */

/** Marks of a term inside a text: private-use characters, which no value of a workload has. */
const [OPEN, BAR, CLOSE] = ['\uE000', '\uE001', '\uE002'];
const MARKED = new RegExp(`${OPEN}([^${BAR}]*)${BAR}([^${CLOSE}]*)${CLOSE}`, 'g');

/** What each term means, in a few words. */
export const TERMS = {
  coordinator: 'the root of the tree, which alone decides its shape',
  router: 'an untrusted relay, which sees ciphertext only',
  client: 'a worker that reads and writes; always a leaf',
  enclave: 'the trusted part of a client, which holds its copy of the store',
  record: 'a signed, encrypted, numbered entry in the log of one writer',
  life: 'from a start of the process to its crash',
  incarnation: 'the number of a node’s life, which no two lives may share',
  birth: 'a random number that tells two lives apart',
  link: 'a connection of two neighbours, with a key of its own',
  statechart: 'the state machine that says what a correct node may do',
  Join: 'a node asks the coordinator for a place',
  JoinRefused: 'the coordinator says no to a Join, and why',
  Placement: 'the coordinator tells a node its parent and its children',
  AssignParent: 'a node is told its parent, without a version',
  Cull: 'a router is told to forget so many of the clients below it',
  version: 'the number of a tree; each change makes the next one',
  PlacementAck: 'a node confirms a Placement',
  Heartbeat: '“I am alive”, sent to the neighbours every second or so',
  Suspect: 'a node reports a child that has gone silent',
  Probe: 'the coordinator asks a suspect whether it is alive',
  ProbeAck: 'the answer to a Probe: alive',
  Subscription: 'what a client wants from now on: records of these shards and no others',
  Leave: 'a node says goodbye',
  doubt:
    'a client’s timer that runs out when its parent, though it greets, has for several epochs brought it nothing that it should have; then it gives the parent up and asks for another place',
  shard: 'a part of the keys, whose records go only to those who want it',
  'key epoch': 'the period in which one group key is in use; not an epoch of repair',
  epoch: 'a periodic round that finds and repairs what was lost',
  RTS: 'begins an epoch: everybody is asked how far it has written',
  EOE: 'the answer to an RTS, merged on the way up',
  SYNC: 'ends an epoch: tells every client how far each writer has got, which writers have been caught forking, and which group key is in use',
  Nak: 'a request to repeat records that are missing',
  Repair: 'the answer to a Nak: the records again',
  pending: 'waiting for a free slot in the tree',
  timestamp: 'the logical time of a write: one more than that of everything that its writer had read',
  capsule: 'the log of one writer in one incarnation',
  frontier: 'how far each writer is known to have got',
  subscriber: 'every client, of the shards that it wants',
  prevHash: 'the fingerprint of the record before, which chains them',
  credential: 'a signed proof of who a node is',
  'enrolment authority': 'whoever issues credentials and group keys; no node of the tree',
  'group key':
    'what clients encrypt records under; every client that is not expelled has it, and nobody else',
  grant: 'a group key, encrypted for one client',
  rotation:
    'the enrolment authority’s word that another group key is in use from now on, and who is expelled',
  expelled:
    'shut out, for its keys are void: gets no newer group key, and nothing that it writes counts any more, unless it is given other keys',
  cut: 'the last record signed by void keys that still counts',
  seal: 'to encrypt under the group key',
  fork: 'a writer signs two different records under one name, and so tells two stories',
  evidence: 'two signed statements that contradict each other: they convince anyone of who lied',
  'split view': 'two placements of one version, signed by the coordinator, that cannot be of one tree',
  'administrative domain': 'the nodes of one organisation',
  gateway: 'the router at the top of its domain, the only node of it with links to nodes of others',
  insider: 'an attacker who has got hold of the keys of a node, and signs in its name',
  outsider: 'an attacker on the wire, with no keys of its own that anybody trusts',
} as const;

export type Term = keyof typeof TERMS;

const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(TERMS).map(([name, meaning]) => [meaning, name]),
);

/** A term in a text, shown as it stands in the sentence. */
export function term(key: Term, shown: string = key): string {
  return `${OPEN}${shown}${BAR}${TERMS[key]}${CLOSE}`;
}

/** A text without marks. */
export function bare(text: string): string {
  return text.replaceAll(MARKED, '$1');
}

/** A marked text in parts: what is shown, and what it means where it is a term. */
export function partsOf(text: string): readonly { readonly text: string; readonly meaning?: string }[] {
  const parts: { text: string; meaning?: string }[] = [];
  let at = 0;
  for (const { index, 0: whole, 1: shown = '', 2: meaning = '' } of text.matchAll(MARKED)) {
    if (index > at) parts.push({ text: text.slice(at, index) });
    parts.push({ text: shown, meaning });
    at = index + whole.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}

/** Words in texts that come from elsewhere, as property statements do, by other names than those of their terms. */
const OTHER_CASE: Readonly<Record<string, Term>> = {
  credentialed: 'credential',
  domain: 'administrative domain',
  equivocate: 'fork',
  forked: 'fork',
  'the cut': 'cut',
  sealed: 'seal',
  placement: 'Placement',
  heartbeat: 'Heartbeat',
  sync: 'SYNC',
  nak: 'Nak',
  repair: 'Repair',
  probe: 'Probe',
};

/** Where such a text has a term; longer names first. “cut” alone is an everyday word. */
const FOUND = new RegExp(
  `\\b(${[...Object.keys(TERMS), ...Object.keys(OTHER_CASE)]
    .filter((name) => name !== 'cut')
    .toSorted((a, b) => b.length - a.length)
    .join('|')})(e?s)?\\b`,
  'g',
);

/** Marks the terms in a text that has no marks yet. */
export function withTerms(text: string): string {
  return text.replaceAll(FOUND, (shown: string, word: string) =>
    term(OTHER_CASE[word] ?? (word as Term), shown),
  );
}

/** Tells texts one after the other, and what each term means where it comes up first. */
export class FirstTime {
  readonly #known = new Set<string>();

  /** The text without marks, and the terms that were not known before: `Nak: a request to …`. */
  say(text: string): { readonly text: string; readonly news: readonly string[] } {
    const news: string[] = [];
    for (const { text: shown, meaning } of partsOf(text)) {
      if (meaning === undefined || this.#known.has(meaning)) continue;
      this.#known.add(meaning);
      news.push(`${NAMES.get(meaning) ?? shown}: ${meaning}`);
    }
    return { text: bare(text), news };
  }
}
