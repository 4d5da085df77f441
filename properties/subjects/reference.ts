/** The reference implementation as a subject: real bytes, real keys. */
import {
  Client,
  Coordinator,
  enrol,
  generationOf,
  MAX_GENERATIONS,
  MAX_KEY_EPOCH,
  Router,
  voidGenerations,
  type Enrolment,
  type Entry,
  type Input as ImplInput,
  type Node as ImplNode,
  type NodeKeys,
  type Rotation,
} from '../../impl/index.ts';
import type { Node, Storage, Subject } from '../../engine/index.ts';
import { roleOf } from '../../model/index.ts';
import type { SubjectFacts } from '../monitors/judge.ts';
import type { Command, Report } from '../reading.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';
import { ENROLMENT, keysIn, LABORATORY } from './enrolment.ts';
import { betrays } from './former-keys.ts';
import { decodeOnce, ReferenceReader } from './reference-reader.ts';

export { ENROLMENT, keysIn };

/** Which class plays which role: the reference's own, or a mutant's. */
export interface Cast {
  readonly coordinator: typeof Coordinator;
  readonly router: typeof Router;
  readonly client: typeof Client;
  /** The enrolment authority’s part. @default the reference's own */
  readonly rotate?: Enrolment['rotate'];
}

/** The laboratory's authority once more, as a part of the subject: what the judge compares with is its own. */
const AUTHORITY = enrol(LABORATORY);

export const REFERENCE_CAST: Cast = { coordinator: Coordinator, router: Router, client: Client };

export type ReferenceSubject = Subject<Uint8Array, Command, Report, TreeScenario>;

/** A subject whose nodes are played by these classes. */
export function castSubject(id: string, title: string, cast: Cast): ReferenceSubject {
  return {
    id,
    title,
    spawn(scenario, node, storage): Node<Uint8Array, Command, Report> {
      return commanded(cast, node, spawn(cast, scenario, node, storage), scenario, storage);
    },
    kindOf(frame) {
      const decoded = decodeOnce(frame);
      return 'wrong' in decoded ? 'junk' : (decoded.body?.kind ?? decoded.frame.kind);
    },
    bytesOf: (frame) => frame,
  };
}

/**
 * The node with the enrolment authority beside it: who asks the coordinator to rotate asks the authority for the rotation, and who asks for a
 * node's next keys asks the authority for them. What came before, the node tells. Whoever is expelled has its next keys made at once: what is
 * sealed from then on is for these.
 */
function commanded(
  { rotate = AUTHORITY.rotate }: Cast,
  id: string,
  node: ImplNode,
  scenario: TreeScenario,
  storage: Storage,
): Node<Uint8Array, Command, Report> {
  return {
    gauges: () => node.gauges(),
    handle(input, emit) {
      if (input.kind === 'command' && input.command.type === 'renew') {
        const keys = nextKeys(scenario, id, storage.entries() as readonly Entry[]);
        if (keys !== undefined) node.handle({ kind: 'command', command: { type: 'renew', keys } }, emit);
      } else if (input.kind !== 'command' || input.command.type !== 'rotate')
        node.handle(input as ImplInput, emit);
      else if (input.command.expel !== ROOT) {
        const rotation = nextRotation(
          rotate,
          scenario,
          storage.entries() as readonly Entry[],
          input.command.expel,
        );
        if (rotation !== undefined && node instanceof Coordinator)
          node.handle({ kind: 'command', command: { type: 'rotate', rotation } }, emit);
      }
    },
  };
}

/** What the authority hands out; undefined if there are no key epochs left. */
function nextRotation(
  rotate: Enrolment['rotate'],
  scenario: TreeScenario,
  entries: readonly Entry[],
  expel: string | undefined,
): Rotation | undefined {
  const last = entries.findLast((entry) => entry.type === 'rotation')?.rotation;
  if (last?.body.keyEpoch === MAX_KEY_EPOCH) return undefined;
  const expelled = [...(last?.body.expelled ?? []), ...(expel === undefined ? [] : [expel])];
  const members = scenario.nodes.map(
    (node) => keysIn(scenario, node, AUTHORITY, voidGenerations(expelled, node)).credential,
  );
  return rotate(last, members, expel);
}

/** The keys after those that a node has; undefined if there are none. */
function nextKeys(scenario: TreeScenario, node: string, entries: readonly Entry[]): NodeKeys | undefined {
  const last = entries.findLast((entry) => entry.type === 'incarnation')?.incarnation ?? 0;
  const generation = generationOf(last) + 1;
  return generation < MAX_GENERATIONS && node !== ROOT
    ? keysIn(scenario, node, AUTHORITY, generation)
    : undefined;
}

function spawn(cast: Cast, scenario: TreeScenario, node: string, storage: Storage): ImplNode {
  const role = roleOf(node);
  const options = {
    node,
    keys: keysIn(scenario, node),
    anchor: ENROLMENT.anchor,
    parameters: scenario.parameters,
    storage,
  };
  switch (role) {
    case 'coordinator':
      return new cast.coordinator(options);
    case 'router':
      return new cast.router(options);
    case 'client':
      return new cast.client({ ...options, groupKey: ENROLMENT.groupKey });
  }
}

export const referenceSubject: ReferenceSubject = castSubject(
  'reference',
  'the reference implementation: real bytes, real keys',
  REFERENCE_CAST,
);

/** What monitors know of the reference and of everything that speaks its wire format. */
export function referenceFacts(id: string): SubjectFacts<Uint8Array> {
  return {
    id,
    reader: (scenario) =>
      new ReferenceReader(ENROLMENT, (node, generation) =>
        scenario.nodes.includes(node) ? keysIn(scenario, node, ENROLMENT, generation) : undefined,
      ),
    payloads: true,
    secrets: [ENROLMENT.groupKey],
    groupKeyOf: (keyEpoch) => ENROLMENT.groupKeyOf(keyEpoch),
    betrays,
    anchor: ENROLMENT.anchor,
    showsBuffers: true,
  };
}
