/** The frame in which every monitor of this kit is written. */
import type { Monitor, Property, Standing, Step, Violation } from '../../engine/index.ts';
import {
  Observer,
  type Command,
  type Reader,
  type Report,
  type Seen,
  type SeenReaction,
} from '../reading.ts';
import type { TreeScenario } from '../scenario.ts';
import { Holdings, Placing } from './tracking.ts';

/** What monitors must know of a subject. */
export interface SubjectFacts<Frame> {
  readonly id: string;
  reader(scenario: TreeScenario): Reader<Frame>;
  /** Whether reports carry hashes, timestamps and writes. */
  readonly payloads: boolean;
  /** Byte strings that must never leave an enclave; undefined where frames are not bytes. */
  readonly secrets: readonly Uint8Array[] | undefined;
}

/** One run, watched: what all its monitors share. */
export class Watch {
  readonly scenario: TreeScenario;
  readonly facts: SubjectFacts<unknown>;
  /** As after the step that is judged. */
  readonly placing = new Placing();
  /** As after the step that is judged. */
  readonly holdings = new Holdings();
  readonly #observer: Observer<unknown>;
  #lastIndex = -1;

  constructor(facts: SubjectFacts<unknown>, scenario: TreeScenario) {
    this.facts = facts;
    this.scenario = scenario;
    this.#observer = new Observer(facts.reader(scenario));
  }

  see(step: Step<unknown, Command, Report>): Seen {
    const seen = this.#observer.see(step);
    if (step.index !== this.#lastIndex) {
      this.#lastIndex = step.index;
      this.placing.observe(seen);
      if (seen.kind === 'reaction') this.holdings.observe(seen.reaction);
    }
    return seen;
  }

  get clients(): readonly string[] {
    return this.scenario.nodes.filter((node) => node.startsWith('c'));
  }

  /** Clients that liveness is promised to: up, not left, and not told that there is no room for them. */
  served(up: ReadonlySet<string>): readonly string[] {
    return this.clients.filter(
      (node) => up.has(node) && !this.placing.hasLeft(node) && !this.placing.isPending(node),
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

type Run = { readonly subject: string; readonly scenario: TreeScenario };

/** A property before it is bound to a subject. */
export interface Definition {
  readonly id: string;
  readonly kind: 'safety' | 'liveness';
  readonly statement: string;
  readonly source: string;
  readonly make: (watch: Watch, id: string) => Judge | { readonly notApplicable: string };
}

/** Binds properties to a subject, so that all monitors of one run share one watch. */
export function bind<Frame>(
  definitions: readonly Definition[],
  facts: SubjectFacts<Frame>,
): readonly Property<Frame, Command, Report, TreeScenario>[] {
  // One context object per run (the engine's), so that is what a run is known by.
  const watches = new WeakMap<Run, Watch>();
  return definitions.map(({ id, kind, statement, source, make }) => ({
    id,
    kind,
    statement,
    source,
    monitor(run: Run) {
      let watch = watches.get(run);
      if (watch === undefined)
        watches.set(run, (watch = new Watch(facts as SubjectFacts<unknown>, run.scenario)));
      return make(watch, id) as Monitor<Frame, Command, Report> | { readonly notApplicable: string };
    },
  }));
}

export type { Standing, Violation };
