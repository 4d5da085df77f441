/** Harnesses: a subject with its monitors, its adversary and its workload, ready for the engine. */
import type { Adversary, Capability, Harness, Schedule, Subject, Workload } from '../engine/index.ts';
import { outsiderAdversary } from './adversary/outsider.ts';
import { CAPABILITIES } from './capabilities.ts';
import { treeCoverage } from './coverage/coverage.ts';
import { bind, watchesOf, type SubjectFacts } from './monitors/judge.ts';
import { interferenceNotApplicable, NON_INTERFERENCE, nonInterference } from './monitors/non-interference.ts';
import { findMutant } from './mutants.ts';
import { prototypeAdversary } from './prototype/adversary.ts';
import { PROTOTYPE_CAUSES } from './prototype/causes.ts';
import { simplerWith } from './prototype/simpler.ts';
import { translate, type Translation } from './prototype/translate.ts';
import {
  flatFacts,
  flatScenario,
  flatSubject,
  prototypeFacts,
  prototypeScenario,
  prototypeStepsMax,
  prototypeSubject,
  type PrototypeSubject,
} from './prototype/subject.ts';
import { withSeparators } from './prototype/workload.ts';
import { DEFINITIONS, PROPERTIES } from './properties.ts';
import type { Command, Report } from './reading.ts';
import { ROOT, type TreeScenario } from './scenario.ts';
import { SIMPLER } from './simpler.ts';
import { modelAdversary, modelFacts, modelSubject } from './subjects/model.ts';
import {
  castSubject,
  referenceFacts,
  referenceSubject,
  type ReferenceSubject,
} from './subjects/reference.ts';
import {
  amongShards,
  generatedWorkload,
  operationMeter,
  rotatingWorkload,
  type ApplicationWorkload,
} from './workload.ts';
import { DEFAULT_GENERATOR } from './ycsb.ts';

/** A harness over this kit's commands, reports and scenarios. Where frames do not matter they are `unknown`. */
export interface TreeHarness<Frame = unknown> extends Harness<Frame, Command, Report, TreeScenario> {
  /** What its monitors know of the subject; undefined where all of them are somebody's own. */
  readonly facts?: SubjectFacts<Frame>;
}

/** Prefix of the ids of mutants as subjects. */
export const MUTANT_PREFIX = 'mutant:';

/** The subjects of the kit, mutants aside. */
export const SUBJECTS: readonly { readonly id: string; readonly title: string }[] = [
  referenceSubject,
  modelSubject,
  prototypeSubject,
  flatSubject,
].map(({ id, title }) => ({ id, title }));

/** Why `non-interference` does not apply to a search without outsiders. */
const NO_OUTSIDER_MOVES = 'no outsider moves were granted';

/** What the world does to nodes by itself. All else takes an adversary. */
const ENVIRONMENT: readonly Capability[] = ['network', 'timing', 'churn'];
const ALL_CAPABILITIES: readonly Capability[] = [...ENVIRONMENT, 'outsider'];

/** Capabilities that nobody has who does not ask for them: with them, what is promised is less. */
export const ON_REQUEST: readonly Capability[] = ['writer', 'router', 'coordinator', 'stolen'];

/** Groups worth cutting off: a router with the clients that are likely below it. */
function groups(scenario: TreeScenario): readonly (readonly string[])[] {
  const routers = scenario.nodes.filter((node) => node.startsWith('r'));
  const clients = scenario.nodes.filter((node) => node.startsWith('c'));
  return routers.map((router, index) => [
    router,
    ...clients.filter((_, at) => at % routers.length === index),
  ]);
}

/** What a harness is made of. */
export interface HarnessOptions<Frame> {
  readonly subject: Subject<Frame, Command, Report, TreeScenario>;
  /** How monitors read the subject's frames and reports. */
  readonly facts: SubjectFacts<Frame>;
  /** Makes the attacks of `outsider` and of all capabilities that come with keys. Default: none. */
  readonly adversary?: Adversary<Frame, TreeScenario>;
  /** Default: `network`, `timing`, `churn`, and `outsider` if there is an adversary. Others take one that knows keys. */
  readonly capabilities?: readonly Capability[];
  /** Granted only to who asks for them. Default: none. */
  readonly onRequest?: readonly Capability[];
  /** Ids of the properties that are meant to hold. Default: all. */
  readonly properties?: readonly string[];
  /** Default: YCSB-A; where there are shards, clients change what they subscribe to in between. */
  readonly workload?: (scenario: TreeScenario) => Workload<Frame, Command, TreeScenario>;
}

/** What applications ask unless something else is said. */
export function applicationOf<Frame>({ parameters }: TreeScenario): ApplicationWorkload<Frame, Command> {
  return generatedWorkload<Frame, Command>(amongShards(DEFAULT_GENERATOR, parameters.shards));
}

/**
 * The harness of any subject: the kit's monitors, moves and workload around it. See docs/your-own-subject.md.
 * @throws RangeError for a property or a capability that does not exist, and for one that takes an adversary where there is none
 */
export function treeHarness<Frame>({
  subject,
  facts,
  adversary,
  capabilities = adversary === undefined ? ENVIRONMENT : ALL_CAPABILITIES,
  onRequest = [],
  properties = PROPERTIES.map(({ id }) => id),
  workload = applicationOf,
}: HarnessOptions<Frame>): TreeHarness<Frame> {
  const unknown = properties.find((id) => PROPERTIES.every((property) => property.id !== id));
  if (unknown !== undefined) throw new RangeError(`properties: there is no ${unknown}`);
  for (const capability of [...capabilities, ...onRequest])
    checkCapability(capability, adversary !== undefined);
  const whyNoPairs = !facts.payloads
    ? `${facts.id} has no payloads`
    : adversary === undefined
      ? 'there is no outsider'
      : capabilities.includes('outsider')
        ? undefined
        : NO_OUTSIDER_MOVES;
  const isPaired = properties.includes(NON_INTERFERENCE.id);
  const opponents = {
    outsider: adversary !== undefined,
    bytes: facts.secrets !== undefined,
    writer: capabilities.includes('writer'),
    coordinator: capabilities.includes('coordinator'),
    rotations: capabilities.includes('stolen'),
  };
  const watchOf = watchesOf(facts);
  return {
    subject,
    facts,
    properties: [
      ...bind(
        DEFINITIONS.filter(({ id }) => properties.includes(id)),
        facts,
        watchOf,
      ),
      ...(isPaired && whyNoPairs !== undefined ? [interferenceNotApplicable<Frame>(whyNoPairs)] : []),
    ],
    capabilities,
    onRequest,
    workload,
    leave: { type: 'leave' },
    mayCrash: () => true,
    // The coordinator's log is stable storage (docs/protocol.md §5.2).
    mayForget: (_scenario, node) => node !== ROOT,
    mayLeave: (_scenario, node) => node !== ROOT,
    groups,
    ...(facts.payloads ? { inspect: { type: 'dump' } } : {}),
    ...(adversary === undefined ? {} : { adversary }),
    ...(isPaired && whyNoPairs === undefined ? { pairs: nonInterference<Frame>() } : {}),
    meter: operationMeter,
    // What is to be reached are states of the statecharts, and who claims nothing of them does not follow them.
    ...(properties.includes('conformance') ? { coverage: treeCoverage(watchOf, opponents) } : {}),
    simpler: SIMPLER,
  };
}

function checkCapability(capability: Capability, hasAdversary: boolean): void {
  const all = CAPABILITIES.map(({ id }) => id);
  if (!all.includes(capability))
    throw new RangeError(`capabilities: there is no ${String(capability)}; expected ${all.join(', ')}`);
  if (!hasAdversary && !ENVIRONMENT.includes(capability))
    throw new RangeError(`capabilities: ${capability} takes an adversary, and none was given`);
}

/** The harness with fewer capabilities granted: what then means nothing does not apply. */
export function granting(harness: TreeHarness, capabilities: readonly Capability[]): TreeHarness {
  const granted = harness.capabilities.filter((one) => capabilities.includes(one));
  const { pairs, ...rest } = harness;
  if (pairs === undefined || granted.includes('outsider')) return { ...harness, capabilities: granted };
  const properties = [...rest.properties, interferenceNotApplicable<unknown>(NO_OUTSIDER_MOVES)];
  return { ...rest, capabilities: granted, properties };
}

/** The harness of anything that speaks the reference's wire format and was enrolled by ENROLMENT. `asked`: what of ON_REQUEST is granted. */
export function harnessOf(
  subject: ReferenceSubject,
  asked: readonly Capability[] = [],
): TreeHarness<Uint8Array> {
  return treeHarness<Uint8Array>({
    subject,
    facts: referenceFacts(subject.id),
    adversary: outsiderAdversary,
    capabilities: [...ALL_CAPABILITIES, 'insider', ...asked.filter((one) => ON_REQUEST.includes(one))],
    onRequest: ON_REQUEST,
    ...(asked.includes('stolen')
      ? { workload: (scenario) => rotatingWorkload(applicationOf(scenario)) }
      : {}),
  });
}

/** The harness of the prototype of 2021, or of what came before it. `fit`: its scenarios. */
function harnessOf2021(
  subject: PrototypeSubject,
  facts: SubjectFacts<Uint8Array>,
  fit: (scenario: TreeScenario) => TreeScenario,
): TreeHarness<Uint8Array> {
  const {
    leave: _,
    coverage: __,
    ...rest
  } = treeHarness({
    subject,
    facts,
    adversary: prototypeAdversary,
    capabilities: [...ALL_CAPABILITIES, 'insider'],
    workload: () => generatedWorkload<Uint8Array>(withSeparators(DEFAULT_GENERATOR)),
  });
  return {
    ...rest,
    // There is no word for leaving in good order, and nothing on any disk that could be forgotten.
    mayLeave: () => false,
    mayForget: () => false,
    stepsMax: prototypeStepsMax,
    pairs: nonInterference<Uint8Array>('taken-out'),
    simpler: simplerWith(fit),
    causes: PROTOTYPE_CAUSES,
  };
}

/** Whether the subject breaks some property in most runs, so that a schedule had better go on to find what else there is. */
export function isGivenToBreak(subject: string): boolean {
  return subject === prototypeSubject.id || subject === flatSubject.id;
}

/** How a schedule for the subject becomes one for the reference; undefined if the reference takes it as it is. */
export function translationFor(
  subject: string,
): ((scenario: TreeScenario, schedule: Schedule<Command>) => Translation) | undefined {
  return isGivenToBreak(subject) ? translate : undefined;
}

/** A scenario as the subject needs it: subjects that have numbers of their own go by these. */
export function scenarioFor(subject: string, scenario: TreeScenario): TreeScenario {
  if (subject === prototypeSubject.id) return prototypeScenario(scenario);
  return subject === flatSubject.id ? flatScenario(scenario) : scenario;
}

/** Makes a harness. `asked`: what is granted only to who asks for it. */
export type HarnessMaker = (asked: readonly Capability[]) => TreeHarness;

/** Subjects that are none of the kit's, by their ids. */
const loaded = new Map<string, HarnessMaker>();

/** Makes a subject known that is none of the kit's: from now on `harnessFor` knows it by the id, whatever it calls itself. */
export function addSubject(id: string, make: HarnessMaker): void {
  loaded.set(id, make);
}

/**
 * The harness of a subject of the kit, or of one that was added, by its id; undefined if there is none. Its scenarios are those of
 * `scenarioFor`.
 * @param asked capabilities that are granted only to who asks for them
 */
export function harnessFor(id: string, asked: readonly Capability[] = []): TreeHarness | undefined {
  const own = loaded.get(id);
  if (own !== undefined) return own(asked);
  if (id === referenceSubject.id) return harnessOf(referenceSubject, asked);
  if (id === prototypeSubject.id) return harnessOf2021(prototypeSubject, prototypeFacts, prototypeScenario);
  if (id === flatSubject.id) return harnessOf2021(flatSubject, flatFacts, flatScenario);
  if (id === modelSubject.id)
    return treeHarness({ subject: modelSubject, facts: modelFacts, adversary: modelAdversary });
  if (!id.startsWith(MUTANT_PREFIX)) return undefined;
  const mutant = findMutant(id.slice(MUTANT_PREFIX.length));
  return mutant === undefined
    ? undefined
    : harnessOf(castSubject(id, mutant.title, mutant.cast), [...asked, ...(mutant.needs ?? [])]);
}
