/** What a protocol brings along so that the engine can drive, judge and attack it. */
import type { BaseScenario, Subject } from './subject.ts';
import type { Attack, Capability, MessageId, Schedule } from './move.ts';
import type { CauseRules } from './causes.ts';
import type { Coverage } from './coverage.ts';
import type { Property, Violation } from './monitor.ts';
import type { Run } from './outcome.ts';
import type { Step } from './trace.ts';

/** Seeded choices. The only source of chance in the engine. */
export interface Random {
  /** An integer between `min` and `max`, both included. */
  int(min: number, max: number): number;
  /** True with a probability of `percent` in a hundred. */
  chance(percent: number): boolean;
  /** One of a non-empty list. */
  pick<T>(list: readonly T[]): T;
}

/** A message on the wire: in flight, or seen earlier. */
export interface Flight<Frame> {
  readonly id: MessageId;
  readonly from: string;
  readonly to: string;
  /** `Subject.kindOf` of the frame. */
  readonly kind: string;
  readonly frame: Frame;
  readonly sentMs: number;
}

/** What generators and attacks may see of the world: the wire and who is up, never the inside of a node. */
export interface WorldView<Frame, Scenario extends BaseScenario> {
  readonly scenario: Scenario;
  readonly nowMs: number;
  /** Whether the node is started and not crashed; to a workload, also not paused. */
  isUp(node: string): boolean;
  /** Messages in flight, oldest first. */
  readonly inFlight: readonly Flight<Frame>[];
  /** The last messages that were ever sent, delivered or not, oldest first; bounded by `MAX_SEEN_FLIGHTS`. */
  readonly seen: readonly Flight<Frame>[];
  /** A message of this run by its identity: in flight, or among `seen`. */
  find(id: MessageId): Flight<Frame> | undefined;
}

/** A frame that an attack puts in front of a node, with the transport address that it claims. */
export interface Injection<Frame> {
  readonly to: string;
  readonly from: string;
  readonly frame: Frame;
}

export interface Adversary<Frame, Scenario extends BaseScenario> {
  /**
   * Proposes an attack that is possible now, derived from what was seen and from the keys that its capabilities give;
   * undefined if there is none.
   */
  propose(
    view: WorldView<Frame, Scenario>,
    random: Random,
    capabilities: readonly Capability[],
  ): Attack | undefined;
  /** Makes the frames of an attack; empty if what it refers to does not exist in this run. Deterministic. */
  make(view: WorldView<Frame, Scenario>, attack: Attack): readonly Injection<Frame>[];
  /**
   * Whether a standing attack that goes on keeps a message from leaving its sender. Deterministic. Without it, attacks that stand do
   * nothing.
   */
  suppresses?(attack: Attack, message: Pick<Flight<Frame>, 'from' | 'to' | 'kind' | 'frame'>): boolean;
}

/** A command, and whose it is. */
export interface Asked<Command> {
  readonly node: string;
  readonly command: Command;
  /** How long whoever asks waits before. @default not at all */
  readonly waitMs?: number;
  /** Whether the node is started again after it, with its storage, where nodes may crash at all. @default false */
  readonly restarts?: boolean;
}

export interface Workload<Frame, Command, Scenario extends BaseScenario> {
  /** The next command of an application or an operator; undefined when there is none (left). */
  next(view: WorldView<Frame, Scenario>, random: Random): Asked<Command> | undefined;
  /** Whether commands that `next` gave to another run may be put to this one as they are. @default false */
  readonly mayRepeat?: boolean;
  /**
   * Takes what is left and leaves nothing: asked once at the end of a generated schedule, which then goes on with these
   * commands and some time between them; nodes that they are for and that are down, paused or have left are brought up before. For workloads with an end, of which all must be used. @default nothing
   */
  remaining?(view: WorldView<Frame, Scenario>): readonly { node: string; command: Command }[];
}

/** Counts things over one run that are no property's business. Made anew for each run. */
export interface Meter<Frame, Command, Report> {
  observe(step: Step<Frame, Command, Report>): void;
  /** By name; a campaign sums them up. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * A property of two runs: one, and the same one with some moves taken out (non-interference: without the attacks).
 * Both come with their traces.
 */
export interface Pairs<Frame, Command, Report, Scenario extends BaseScenario> {
  /** Id of the property under which violations and exercises count. */
  readonly property: string;
  /** A campaign makes a pair of every so many runs. */
  readonly every: number;
  /** The schedule to compare with. */
  without(schedule: Schedule<Command>, run: Run<Frame, Command, Report, Scenario>): Schedule<Command>;
  compare(
    run: Run<Frame, Command, Report, Scenario>,
    runWithout: Run<Frame, Command, Report, Scenario>,
  ): Violation | undefined;
  /** How often the premise came true in a run; where 0, no pair is executed. */
  exercised(run: Run<Frame, Command, Report, Scenario>): number;
}

/** What shrinking may try besides leaving out moves: a smaller system, simpler words. */
export interface Simpler<Command, Scenario extends BaseScenario> {
  /**
   * Scenarios that are smaller or plainer in one way, the most wanted first. `named` are the nodes that the moves name.
   */
  scenarios(scenario: Scenario, named: ReadonlySet<string>): Iterable<SimplerScenario<Scenario>>;
  /** A plainer command in place of the `at`-th of a schedule, counted from 1; undefined if it is plain. */
  command(command: Command, at: number): Command | undefined;
  /** The smallest scenarios in which the same might happen: they are searched for a shorter schedule. */
  smallest(scenario: Scenario): readonly Scenario[];
  /** Plainer attacks in place of one, the plainest first. */
  attacks(attack: Attack): readonly Attack[];
}

export interface SimplerScenario<Scenario extends BaseScenario> {
  readonly scenario: Scenario;
  /** New names of nodes, by their old ones; others keep theirs. Nodes without a new name that are not in the scenario are gone. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** Everything that the engine needs to search one subject for violations. */
export interface Harness<Frame, Command, Report, Scenario extends BaseScenario> {
  readonly subject: Subject<Frame, Command, Report, Scenario>;
  readonly properties: readonly Property<Frame, Command, Report, Scenario>[];
  /** Capabilities that mean something for this subject. */
  readonly capabilities: readonly Capability[];
  /** Capabilities that do, too, and are granted only to who asks for them. @default none */
  readonly onRequest?: readonly Capability[];
  /** Made anew for each run. */
  workload(scenario: Scenario): Workload<Frame, Command, Scenario>;
  readonly adversary?: Adversary<Frame, Scenario>;
  /** The command that makes a node leave in good order (capability `churn`). */
  readonly leave?: Command;
  /** A command put to every node that is up once the world has settled, so that its report can be judged. */
  readonly inspect?: Command;
  /** Nodes that may crash, leave or be paused (the core included where the protocol can bear it). */
  mayCrash(scenario: Scenario, node: string): boolean;
  mayLeave(scenario: Scenario, node: string): boolean;
  /** Nodes that may come back amnesiac or with a stale storage. @default all that may crash */
  mayForget?(scenario: Scenario, node: string): boolean;
  /** Nodes that belong together, as far as the scenario tells: groups worth cutting off. Random ones otherwise. */
  groups?(scenario: Scenario): readonly (readonly string[])[];
  /**
   * Steps that a run may have taken by a time, if it is not to end as an `overload`: tells a storm of messages from long calm long
   * before MAX_STEPS would. @default MAX_STEPS, at all times
   */
  stepsMax?(scenario: Scenario, nowMs: number): number;
  readonly pairs?: Pairs<Frame, Command, Report, Scenario>;
  meter?(scenario: Scenario): Meter<Frame, Command, Report>;
  /** What a search is to reach. @default nothing */
  readonly coverage?: Coverage<Frame, Command, Report, Scenario>;
  /** How causes of one violation are told apart. @default by the property alone */
  readonly causes?: CauseRules<Command>;
  /** @default shrinking leaves scenario and commands as they are */
  readonly simpler?: Simpler<Command, Scenario>;
}
