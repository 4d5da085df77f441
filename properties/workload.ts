/** Workloads: which client puts and gets what, and when its turn is. */
import type { Meter, Random, Workload, WorldView } from '../engine/index.ts';
import type { Command, Report } from './reading.ts';
import { ROOT, type TreeScenario } from './scenario.ts';

/** One operation of an application; a subset of the commands that a client takes. */
export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'get'; readonly key: string };

/** A change of what a client wants, where there are shards. */
export interface Subscribing {
  readonly type: 'subscribe';
  readonly shards: readonly number[];
}

/** An operation, and the client that it is put to. */
export interface Assignment {
  readonly node: string;
  readonly command: Operation;
}

/**
 * A workload that can say what is left of it.
 *
 * A random walk asks `next` when it chooses the move `command`; how often that is depends on the schedule. A trace has an
 * end, and to say that all of it was used the operations that a walk did not get to must be issued, too: at the end of the
 * schedule the engine appends `remaining()` as `command` moves, before the world settles. They are then ordinary moves of the
 * schedule: recorded, replayed and shrunk like all others. `remaining` spreads over the clients that are up, in turn (over
 * all when none is: the engine brings those up again first). A generated workload has no end, so nothing of it remains.
 */
export type ApplicationWorkload<Frame, Asked = Operation> = Workload<Frame, Asked, TreeScenario> &
  Required<Pick<Workload<Frame, Asked, TreeScenario>, 'remaining'>>;

/** Makes the next operation from chance alone: no state, so it may be shared between runs. */
export type Generator = (random: Random) => Operation;

/** The clients of a scenario, in its order. */
export function clientsOf(scenario: { readonly nodes: readonly string[] }): readonly string[] {
  return scenario.nodes.filter((node) => node.startsWith('c'));
}

/** An endless workload from a generator; each operation goes to one of the clients that are up, by chance. */
export function generatedWorkload<Frame, Asked = Operation>(
  generator: (random: Random) => Asked,
): ApplicationWorkload<Frame, Asked> {
  return {
    next(view, random) {
      const node = pickUp(view, random);
      return node === undefined ? undefined : { node, command: generator(random) };
    },
    mayRepeat: true,
    remaining: () => [],
  };
}

/** Percent of the operations by which a client changes what it subscribes to, where there are several shards. */
const SUBSCRIBE_PERCENT = 33;
/** Percent of the shards that it then subscribes to. */
const SUBSCRIBED_PERCENT = 40;

/** The generator where there are shards: now and then a client subscribes to others. */
export function amongShards(
  generator: Generator,
  shards: number,
): (random: Random) => Operation | Subscribing {
  if (shards === 1) return generator;
  const all = Array.from({ length: shards }, (_, shard) => shard);
  return (random) =>
    random.chance(SUBSCRIBE_PERCENT)
      ? { type: 'subscribe', shards: all.filter(() => random.chance(SUBSCRIBED_PERCENT)) }
      : generator(random);
}

/** The enrolment authority begins another key epoch, and may expel a node with it. */
export interface Rotating {
  readonly type: 'rotate';
  readonly expel?: string;
}

/** The enrolment authority gives a node that was expelled new keys. */
export interface Renewing {
  readonly type: 'renew';
}

/** Percent of the operations by which keys are rotated, in workloads with rotations; and rotations per run, at most. */
const ROTATE_PERCENT = 12;
const MAX_ROTATIONS = 2;
/** Percent of the rotations that expel nobody, and of the others that expel a router, if there is one. */
const NOBODY_PERCENT = 25;
const ROUTER_PERCENT = 25;

/** Percent of the operations by which somebody who was expelled is given new keys. */
const RENEW_PERCENT = 40;

/** A workload among whose operations the group key is rotated now and then, nodes are expelled, and given new keys. */
export function rotatingWorkload<Frame, Asked>(
  workload: ApplicationWorkload<Frame, Asked>,
): ApplicationWorkload<Frame, Asked | Rotating | Renewing> {
  let rotations = 0;
  const renewals: string[] = [];
  return {
    ...workload,
    next(view, random) {
      const [node] = renewals;
      if (node !== undefined && view.isUp(node) && random.chance(RENEW_PERCENT)) {
        renewals.shift();
        // It asks for a place in vain before it knows that it has none any more.
        const { suspectMs, joinMs } = view.scenario.parameters;
        return { node, command: { type: 'renew' }, waitMs: suspectMs + joinMs, restarts: true };
      }
      if (rotations >= MAX_ROTATIONS || !view.isUp(ROOT) || !random.chance(ROTATE_PERCENT))
        return workload.next(view, random);
      rotations += 1;
      if (random.chance(NOBODY_PERCENT)) return { node: ROOT, command: { type: 'rotate' } };
      const routers = view.scenario.nodes.filter((node) => node.startsWith('r'));
      const isRouter = routers.length > 0 && random.chance(ROUTER_PERCENT);
      const expel = random.pick(isRouter ? routers : clientsOf(view.scenario));
      renewals.push(expel);
      return { node: ROOT, command: { type: 'rotate', expel } };
    },
  };
}

/** A workload that issues given operations in their order, each to one of the clients that are up, by chance. */
export function fixedWorkload<Frame>(operations: readonly Operation[]): ApplicationWorkload<Frame> {
  let at = 0;
  return {
    next(view, random) {
      const command = operations[at];
      if (command === undefined) return undefined;
      const node = pickUp(view, random);
      if (node === undefined) return undefined;
      at += 1;
      return { node, command };
    },
    remaining(view) {
      const up = clientsOf(view.scenario).filter((client) => view.isUp(client));
      const clients = up.length > 0 ? up : clientsOf(view.scenario);
      const rest = operations.slice(at);
      at = operations.length;
      return rest.flatMap((command, index) => {
        const node = clients[index % clients.length];
        return node === undefined ? [] : [{ node, command }];
      });
    },
  };
}

/**
 * Counts the operations that a client took (`operations`), and those of them that it refused since its queue was full or it was
 * leaving (`refused`). What was put to a client that was down was not taken.
 */
export function operationMeter(): Meter<unknown, Command, Report> {
  const counts = { operations: 0, refused: 0 };
  return {
    counts,
    observe(step) {
      if (step.kind !== 'reaction' || step.input.kind !== 'command') return;
      const { type } = step.input.command;
      if (type !== 'put' && type !== 'get') return;
      counts.operations += 1;
      if (step.outputs.some((output) => output.kind === 'report' && output.report.type === 'refused'))
        counts.refused += 1;
    },
  };
}

/**
 * The part of a trace that run `index` of `runs` uses, as a half-open range of operations. The ranges of all runs follow each
 * other without gap or overlap and differ by at most one in length, so that one call uses the whole trace once.
 */
export function sliceFor(index: number, runs: number, total: number): readonly [from: number, to: number] {
  if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`runs: expected at least 1, got ${runs}`);
  if (!Number.isInteger(index) || index < 0 || index >= runs)
    throw new RangeError(`index: expected 0 to ${runs - 1}, got ${index}`);
  return [Math.floor((index * total) / runs), Math.floor(((index + 1) * total) / runs)];
}

function pickUp<Frame>(view: WorldView<Frame, TreeScenario>, random: Random): string | undefined {
  const up = clientsOf(view.scenario).filter((client) => view.isUp(client));
  return up.length === 0 ? undefined : random.pick(up);
}
