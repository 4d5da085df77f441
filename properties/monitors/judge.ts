/** The frame in which every monitor of this kit is written. */
import { takenOverBy } from '../../engine/index.ts';
import type { Monitor, Property, RunContext, Standing, Step, Violation } from '../../engine/index.ts';
import {
  generationOf,
  generationOfCapsule,
  nodesWithSlotFor,
  type Capsule,
  type NodeName,
} from '../../model/index.ts';
import {
  Observer,
  type Command,
  type Reader,
  type Report,
  type Seen,
  type SeenReaction,
} from '../reading.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';
import { Interests } from './interests.ts';
import { EntryPlacing, Holdings, Placing, writerOf } from './tracking.ts';
import { Twins, type Followed } from './twins.ts';

/** What monitors must know of a subject. */
export interface SubjectFacts<Frame> {
  readonly id: string;
  /** Says what frames mean; made anew for each run. @default properties that speak of what frames say do not apply */
  reader?(scenario: TreeScenario): Reader<Frame>;
  /** Whether reports carry hashes, timestamps and writes. */
  readonly payloads: boolean;
  /** Byte strings that must never leave an enclave; undefined where frames are not bytes. */
  readonly secrets: readonly Uint8Array[] | undefined;
  /** The group key of a key epoch: a secret once that has begun. Undefined where there are no key epochs. */
  readonly groupKeyOf?: (keyEpoch: number) => Uint8Array;
  /** What the keys of those expelled, or group keys that are over, open in a frame that `sender` made or told of, though they must not. */
  readonly betrays?: (frame: Uint8Array, sender: NodeName, scenario: TreeScenario) => string | undefined;
  /** The public enrolment key, by which evidence is judged; undefined where evidence is symbols, or there is none. */
  readonly anchor?: Uint8Array;
  /** Why properties do not apply to this subject, by their ids. @default all apply that can be judged by the facts above */
  readonly notApplicable?: Readonly<Record<string, string>>;
  /** `prevHash` of the first record of a capsule, in hex. @default 32 zero bytes */
  readonly genesis?: string;
  /** Whether a clock grows by one more with each stamped message that its node takes in. @default false: it grows by writing */
  readonly countsReceipts?: boolean;
  /** Whether nodes store nothing, so that every restart is one without memory. @default false */
  readonly storesNothing?: boolean;
  /** Whether nodes show of each buffer that their statecharts have how full it is, under its name. @default false: those that they like */
  readonly showsBuffers?: boolean;
  /**
   * What the tree is: what the coordinator committed, or, where nobody commits any, what the entries of the nodes say: they
   * report `installed` whenever theirs change, with `''` for no parent. @default 'committed'
   */
  readonly tree?: 'committed' | 'entries';
  /**
   * Which of two writes with equal timestamps wins: the one of the greater writer and hash, or it is open, as long as equal
   * records give equal stores. @default 'total'
   */
  readonly ties?: 'total' | 'open';
}

/** One run, watched: what all its monitors share. */
export class Watch {
  readonly scenario: TreeScenario;
  readonly facts: SubjectFacts<unknown>;
  /** As after the step that is judged. */
  readonly placing: Placing;
  /** As after the step that is judged. */
  readonly holdings = new Holdings();
  /** Nodes whose keys somebody else was seen to use: the first that they had. Nothing is promised to them under these, or of what these sign. */
  readonly takenOver = new Set<NodeName>();
  /** How often the coordinator was told to expel each node: so many generations of its keys are void. */
  readonly #expulsions = new Map<NodeName, number>();
  /** The generation of the keys with which each node joined last. */
  readonly #generations = new Map<NodeName, number>();
  /** The newest generation of keys with which each node ever asked to join. */
  readonly #newest = new Map<NodeName, number>();
  /** As after the step that is judged. */
  readonly interests: Interests;
  readonly #observer: Observer<unknown>;
  #twins: Twins | undefined;
  #lastIndex = -1;

  constructor(facts: SubjectFacts<unknown>, scenario: TreeScenario) {
    this.facts = facts;
    this.scenario = scenario;
    this.placing = facts.tree === 'entries' ? new EntryPlacing() : new Placing();
    this.interests = new Interests(scenario.parameters.shards, this.placing);
    this.#observer = new Observer(facts.reader?.(scenario), facts.storesNothing);
  }

  see(step: Step<unknown, Command, Report>): Seen {
    const seen = this.#observer.see(step);
    if (step.index !== this.#lastIndex) {
      this.#lastIndex = step.index;
      this.placing.observe(seen);
      this.#learnWho(step);
      this.interests.observe(seen);
      if (seen.kind === 'reaction') {
        this.#learnKeys(seen.reaction);
        this.holdings.observe(seen.reaction);
      }
    }
    return seen;
  }

  /**
   * The step as the statechart beside its node takes it (`Twins.follow`). To be asked of every step from the first on, or of
   * none: statecharts that nobody asks for cost nothing.
   */
  follow(seen: Seen): Followed | undefined {
    return this.twins.follow(seen);
  }

  /** The statecharts beside the nodes, where every step is followed. */
  get twins(): Twins {
    return (this.#twins ??= new Twins(this.scenario));
  }

  /** Whether the node is none of the scenario. */
  isStranger(node: NodeName): boolean {
    return !this.scenario.nodes.includes(node);
  }

  get clients(): readonly string[] {
    return this.scenario.nodes.filter((node) => node.startsWith('c'));
  }

  #learnWho(step: Step<unknown, Command, Report>): void {
    const { cause } = step;
    const attack =
      step.kind === 'reaction'
        ? step.attack
        : cause.kind === 'move' && cause.move.move === 'attack' && step.event.type === 'network'
          ? cause.move.attack
          : undefined;
    const node = attack === undefined ? undefined : takenOverBy(attack);
    if (node !== undefined) this.takenOver.add(node);
  }

  /** Whether nobody but the coordinator says what the tree is: if somebody does, nodes have neighbours that it knows nothing of. */
  get isTreeGenuine(): boolean {
    return !this.takenOver.has(ROOT);
  }

  #learnKeys({ node, input, reports, sends }: SeenReaction): void {
    for (const { reading } of sends)
      if (reading.message.type === 'join' && reading.message.node === node) {
        const generation = generationOf(reading.message.incarnation);
        this.#generations.set(node, generation);
        this.#newest.set(node, Math.max(generation, this.#newest.get(node) ?? 0));
      }
    if (input.kind !== 'command' || input.command.type !== 'rotate') return;
    const { expel } = input.command;
    if (expel !== undefined && reports.some(({ type }) => type === 'rotated'))
      this.#expulsions.set(expel, (this.#expulsions.get(expel) ?? 0) + 1);
  }

  /** Whether the node has void keys: the coordinator was told to expel it, and it has not joined with newer ones. Nothing is promised to it. */
  isExpelled(node: NodeName): boolean {
    return (this.#expulsions.get(node) ?? 0) > (this.#generations.get(node) ?? 0);
  }

  /** Whether the node has never asked to join with keys that are not void. */
  hasVoidKeysOnly(node: NodeName): boolean {
    return (this.#expulsions.get(node) ?? 0) > (this.#newest.get(node) ?? 0);
  }

  /** Whether void keys sign the records of a capsule. Nothing is promised of what is beyond the cut. */
  isCut(capsule: Capsule): boolean {
    return (this.#expulsions.get(writerOf(capsule)) ?? 0) > generationOfCapsule(capsule);
  }

  /** Whether somebody else has the keys that the node has now, or they are void. */
  isOver(node: NodeName): boolean {
    return this.isTakenOver(node) || this.isExpelled(node);
  }

  /** Whether somebody else has the keys that the node has now. A client with other keys is itself again; who serves others stays what it is. */
  isTakenOver(node: NodeName): boolean {
    return this.takenOver.has(node) && !(node.startsWith('c') && (this.#generations.get(node) ?? 0) > 0);
  }

  /** Whether no node between the root and this one was taken over or expelled, nor it itself: nobody stands in its way. */
  isReached(node: NodeName): boolean {
    if (!this.isTreeGenuine) return false;
    let at: NodeName | undefined = node;
    for (let hops = 0; at !== undefined && hops <= this.placing.parents.size; hops += 1) {
      if (this.isOver(at)) return false;
      at = this.placing.parents.get(at);
    }
    return true;
  }

  /** Whether nobody but its writer has the keys that sign a capsule's records. */
  isHonest(capsule: Capsule): boolean {
    return !this.takenOver.has(writerOf(capsule)) || generationOfCapsule(capsule) > 0;
  }

  /** Whether a client has a place where nobody stands in its way, or could have: then it goes there by itself, if it has to. */
  mayBeReached(client: NodeName, up: ReadonlySet<string>): boolean {
    if (this.isReached(client)) return true;
    if (this.isOver(client)) return false;
    const tree = { parents: Object.fromEntries(this.placing.parents), pending: [] };
    return nodesWithSlotFor(client, tree, this.scenario.parameters).some(
      (node) => up.has(node) && this.isReached(node),
    );
  }

  /** Clients that liveness is promised to: honest, not cut off by a router that is not, up, not left, and not told that there is no room for them. */
  served(up: ReadonlySet<string>): readonly string[] {
    return this.clients.filter(
      (node) =>
        up.has(node) &&
        !this.placing.hasLeft(node) &&
        !this.placing.isPending(node) &&
        this.mayBeReached(node, up),
    );
  }
}

/** A monitor over seen steps. */
export abstract class Judge implements Monitor<unknown, Command, Report> {
  readonly property: string;
  exercised = 0;
  protected readonly watch: Watch;

  constructor(property: string, watch: Watch) {
    this.property = property;
    this.watch = watch;
  }

  observe(step: Step<unknown, Command, Report>): Violation | undefined {
    return this.judge(this.watch.see(step));
  }

  protected judge(seen: Seen): Violation | undefined {
    return seen.kind === 'reaction' ? this.judgeReaction(seen.reaction) : undefined;
  }

  protected judgeReaction(_reaction: SeenReaction): Violation | undefined {
    return undefined;
  }

  protected violated(reaction: SeenReaction, message: string, details?: unknown): Violation {
    return {
      property: this.property,
      message,
      step: reaction.index,
      node: reaction.node,
      verdict: 'violated',
      ...(details === undefined ? {} : { details }),
    };
  }
}

/** A property before it is bound to a subject. */
export interface Definition {
  readonly id: string;
  readonly kind: 'safety' | 'liveness';
  readonly statement: string;
  readonly source: string;
  readonly make: (watch: Watch, id: string) => Judge | { readonly notApplicable: string };
}

/** Gives the watch of a run: the same to all who ask with the same run. */
export type WatchOf = (run: RunContext<TreeScenario>) => Watch;

/** The watches of runs of a subject, made when they are first asked for. */
export function watchesOf<Frame>(facts: SubjectFacts<Frame>): WatchOf {
  const watches = new WeakMap<RunContext<TreeScenario>, Watch>();
  return (run) => {
    let watch = watches.get(run);
    if (watch === undefined) watches.set(run, (watch = new Watch(facts, run.scenario)));
    return watch;
  };
}

/** Binds properties to a subject. All monitors of one run share one watch, and so do others who are given `watchOf`. */
export function bind<Frame>(
  definitions: readonly Definition[],
  facts: SubjectFacts<Frame>,
  watchOf = watchesOf(facts),
): readonly Property<Frame, Command, Report, TreeScenario>[] {
  return definitions.map(({ id, kind, statement, source, make }) => ({
    id,
    kind,
    statement,
    source,
    monitor(run) {
      const why = facts.notApplicable?.[id];
      return why === undefined ? make(watchOf(run), id) : { notApplicable: why };
    },
  }));
}

export type { Standing, Violation };
