/** What lookouts for situations share: the run as far as it is known, and what is under way. */
import type { MessageId } from '../../engine/index.ts';
import type { ModelState, NodeName, RecordName, Role } from '../../model/index.ts';
import type { Watch } from '../monitors/judge.ts';
import type { Followed } from '../monitors/twins.ts';
import type { Report, Seen, SeenReaction } from '../reading.ts';

/** One step, as lookouts see it. */
export interface Moment {
  readonly seen: Seen;
  /** What the statechart beside the node did; undefined where it has no part in the step, or the node did something else. */
  readonly followed: Followed | undefined;
}

/** A message that was sent. */
interface Flight {
  readonly to: NodeName;
  /** The record, where it is Data. */
  readonly record: RecordName | undefined;
  /** Version of the tree at the time. */
  readonly version: number;
  /** Copies under way. */
  copies: number;
}

/** One run. What it says is as before the step that is looked at, but for `watch`, which is as after it. */
export class Scene {
  readonly watch: Watch;
  readonly #flights = new Map<MessageId, Flight>();
  /** Ids of Data under way. */
  readonly #data = new Set<MessageId>();
  readonly #up = new Set<NodeName>();

  constructor(watch: Watch) {
    this.watch = watch;
  }

  /** The step as lookouts see it. */
  momentOf(seen: Seen): Moment {
    const followed = this.watch.follow(seen);
    return { seen, followed: followed?.agrees === true ? followed : undefined };
  }

  /** Goes on to after the step. */
  pass(seen: Seen): void {
    if (seen.kind === 'event') {
      const { event } = seen.step;
      if (event.type === 'crashed') this.#up.delete(event.node);
      else if (event.type === 'lost') this.#fly(event.message, -1);
      else if (event.type === 'duplicated') this.#fly(event.message, 1);
      return;
    }
    const { node, input, message, sends } = seen.reaction;
    if (input.kind === 'start') this.#up.add(node);
    if (message !== undefined) this.#fly(message, -1);
    const { version } = this.watch.placing;
    for (const { id, to, reading } of sends) {
      if (id === undefined) continue;
      const record = reading.message.type === 'data' ? reading.message.record : undefined;
      this.#flights.set(id, { to, record, version, copies: 1 });
      if (record !== undefined) this.#data.add(id);
    }
  }

  #fly(id: MessageId, copies: number): void {
    const flight = this.#flights.get(id);
    if (flight === undefined) return;
    flight.copies += copies;
    if (flight.record === undefined) return;
    if (flight.copies > 0) this.#data.add(id);
    else this.#data.delete(id);
  }

  isUp(node: NodeName): boolean {
    return this.#up.has(node);
  }

  /** Version of the tree when the message was sent; undefined if it never was. */
  versionAt(message: MessageId): number | undefined {
    return this.#flights.get(message)?.version;
  }

  /** Whether Data is under way; to that node, if one is given. */
  hasDataUnderWay(to?: NodeName): boolean {
    if (to === undefined) return this.#data.size > 0;
    for (const id of this.#data) if (this.#flights.get(id)?.to === to) return true;
    return false;
  }
}

/** The state of a node of one role. */
export type StateOf<R extends Role> = Extract<ModelState, { readonly role: R }>;

/** The state in which the statechart of the role took the step; undefined if it is another role's, or nobody's. */
export function before<R extends Role>({ followed }: Moment, role: R): StateOf<R> | undefined {
  return followed?.before.role === role ? (followed.before as StateOf<R>) : undefined;
}

/** The reaction that the moment is; undefined for events of the environment. */
export function reactionOf({ seen }: Moment): SeenReaction | undefined {
  return seen.kind === 'reaction' ? seen.reaction : undefined;
}

/** What the node reported of one type. */
export function reportsOf<T extends Report['type']>(
  moment: Moment,
  type: T,
): readonly Extract<Report, { readonly type: T }>[] {
  const reports = reactionOf(moment)?.reports ?? [];
  // Most reactions report nothing.
  if (reports.length === 0) return [];
  return reports.filter((report): report is Extract<Report, { readonly type: T }> => report.type === type);
}

/** Whether the node rejected what it got. */
export function isRejected(moment: Moment): boolean {
  return reactionOf(moment)?.rejected !== undefined;
}

/** Whether what the node got came from an adversary, not over the network. */
export function isAttack(moment: Moment): boolean {
  return reactionOf(moment)?.attack !== undefined;
}

/** The tree that the coordinator committed in this reaction, if it did. */
export function committedIn(moment: Moment) {
  return reportsOf(moment, 'committed')[0];
}
