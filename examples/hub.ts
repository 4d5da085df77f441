/**
 * A whole small implementation under test: a hub, `C`, that sends each record on to every other client, over frames that are
 * plain objects. No keys, no tree, no repair: what the kit finds in it is in hub.test.ts.
 */
import type { Input, Node, Output, Subject } from 'psl-verify/engine';
import {
  treeHarness,
  type Command,
  type Reader,
  type Report,
  type SubjectFacts,
  type TreeScenario,
} from 'psl-verify/properties';

/** What travels: one write of one client. */
interface HubFrame {
  readonly from: string;
  readonly to: string;
  readonly writer: string;
  readonly seq: number;
  readonly key: string;
  readonly value: string;
}

type Emit = (output: Output<HubFrame, Report>) => void;

/** The hub: what comes from one client goes to all others. It remembers nothing. */
class Hub implements Node<HubFrame, Command, Report> {
  readonly #clients: readonly string[];

  constructor(clients: readonly string[]) {
    this.#clients = clients;
  }

  handle(input: Input<HubFrame, Command>, emit: Emit): void {
    if (input.kind !== 'frame') return;
    for (const to of this.#clients) {
      if (to !== input.frame.writer) emit({ kind: 'send', to, frame: { ...input.frame, from: 'C', to } });
    }
  }
}

/** A client: delivers what comes, as it comes. `careful` ones deliver only what is next. */
class HubClient implements Node<HubFrame, Command, Report> {
  readonly #node: string;
  readonly #careful: boolean;
  readonly #positions = new Map<string, number>();

  constructor(node: string, careful: boolean) {
    this.#node = node;
    this.#careful = careful;
  }

  handle(input: Input<HubFrame, Command>, emit: Emit): void {
    if (input.kind === 'command' && input.command.type === 'put')
      this.#put(input.command.key, input.command.value, emit);
    if (input.kind === 'frame') this.#take(input.frame, emit);
  }

  #put(key: string, value: string, emit: Emit): void {
    const seq = (this.#positions.get(this.#node) ?? 0) + 1;
    this.#positions.set(this.#node, seq);
    emit({
      kind: 'report',
      report: { type: 'put', capsule: `${this.#node}/1`, seq, writes: [{ key, value }] },
    });
    emit({
      kind: 'send',
      to: 'C',
      frame: { from: this.#node, to: 'C', writer: this.#node, seq, key, value },
    });
  }

  #take({ writer, seq, key, value }: HubFrame, emit: Emit): void {
    if (this.#careful && seq !== (this.#positions.get(writer) ?? 0) + 1) {
      emit({ kind: 'reject', reason: 'not next' });
      return;
    }
    this.#positions.set(writer, seq);
    emit({
      kind: 'report',
      report: { type: 'delivered', capsule: `${writer}/1`, seq, writes: [{ key, value }] },
    });
  }
}

/** The subject: which class plays which node, and what a frame is called. */
function hubSubject(careful: boolean): Subject<HubFrame, Command, Report, TreeScenario> {
  return {
    id: careful ? 'careful-hub' : 'hub',
    title: 'a hub that sends everything to everybody',
    spawn: ({ nodes }, node) =>
      node === 'C' ? new Hub(nodes.filter((name) => name !== 'C')) : new HubClient(node, careful),
    kindOf: () => 'data',
    bytesOf: (frame) => new TextEncoder().encode(JSON.stringify(frame)),
  };
}

/** How the kit's monitors read a frame: as a message of the symbolic vocabulary. */
const reader: Reader<HubFrame> = {
  learn: () => undefined,
  birthOf: ({ life }) => life,
  read({ from, to, writer, seq }) {
    const message = { type: 'data', record: { capsule: `${writer}/1`, seq }, from, to, link: 1 } as const;
    return { message, counter: 0, text: JSON.stringify(message), timestamp: 0 };
  },
};

function hubFacts(id: string): SubjectFacts<HubFrame> {
  return { id, reader: () => reader, payloads: true, secrets: undefined };
}

/** The harness: the subject, the properties that it claims, and what may happen to it. */
export function hubHarness({ careful }: { readonly careful: boolean }) {
  const subject = hubSubject(careful);
  return treeHarness({
    subject,
    facts: hubFacts(subject.id),
    capabilities: ['network'],
    properties: ['authentic-delivery', 'chain-integrity', 'enclave-economy'],
  });
}
