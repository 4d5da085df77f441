/** What the kit needs to know to drive and judge the hub: how to call it, what its frames mean, what it claims. */
import type { Node, Subject } from 'psl-verify/engine';
import {
  canonicalText,
  treeHarness,
  type Command,
  type Reader,
  type Report,
  type SubjectFacts,
  type TreeHarness,
  type TreeScenario,
} from 'psl-verify/properties';
import { Hub, HubClient, type Frame } from './hub.ts';

type HubNode = Node<Frame, Command, Report>;

/** The hub as a node: one input in, outputs out. */
function hubNode(hub: Hub): HubNode {
  return {
    handle(input, emit) {
      if (input.kind !== 'frame') return;
      for (const frame of hub.receive(input.frame)) emit({ kind: 'send', to: frame.to, frame });
    },
  };
}

/** A client as a node. What it writes and delivers it reports: that is what monitors judge. */
function clientNode(client: HubClient): HubNode {
  return {
    handle(input, emit) {
      if (input.kind === 'command' && input.command.type === 'put') {
        const frame = client.put(input.command.key, input.command.value);
        emit({ kind: 'report', report: reportOf('put', frame) });
        emit({ kind: 'send', to: frame.to, frame });
      } else if (input.kind === 'frame') {
        if (client.receive(input.frame)) emit({ kind: 'report', report: reportOf('delivered', input.frame) });
        else emit({ kind: 'reject', reason: 'not next' });
      }
    },
  };
}

/** All lives of a writer write into one capsule here: nodes that crash are not part of the claim. */
const capsuleOf = (writer: string) => `${writer}/1`;

function reportOf(type: 'put' | 'delivered', { writer, seq, key, value }: Frame): Report {
  return { type, capsule: capsuleOf(writer), seq, writes: [{ key, value }] };
}

/** Step 1, the subject: which class plays which node, what a frame is called, and its bytes. */
function hubSubject(careful: boolean): Subject<Frame, Command, Report, TreeScenario> {
  return {
    id: careful ? 'careful-hub' : 'hub',
    title: 'a hub that sends everything to everybody',
    spawn: ({ nodes }, node) =>
      node === 'C'
        ? hubNode(new Hub(nodes.filter((name) => name !== 'C')))
        : clientNode(new HubClient(node, careful)),
    kindOf: () => 'data',
    bytesOf: (frame) => new TextEncoder().encode(JSON.stringify(frame)),
  };
}

/** Step 2, the reader: every frame as a message of the symbolic vocabulary. */
const reader: Reader<Frame> = {
  read({ from, to, writer, seq }) {
    const record = { capsule: capsuleOf(writer), seq };
    const message = { type: 'data', record, from, to, link: 1 } as const;
    return { message, counter: 0, text: canonicalText(message), timestamp: 0 };
  },
  // Frames of the hub mean the same whatever came before.
  learn: () => undefined,
  birthOf: ({ life }) => life,
};

/** Step 3, the facts: reports carry writes; frames are no bytes in which a secret could be found. */
export const hubFacts: SubjectFacts<Frame> = {
  id: 'hub',
  reader: () => reader,
  payloads: true,
  secrets: undefined,
};

/** Step 4, the harness: the subject, the properties that it claims, and what may happen to it. */
export function hubHarness({ careful }: { readonly careful: boolean }): TreeHarness<Frame> {
  return treeHarness({
    subject: hubSubject(careful),
    facts: hubFacts,
    capabilities: ['network'],
    properties: ['authentic-delivery', 'chain-integrity', 'enclave-economy'],
  });
}
