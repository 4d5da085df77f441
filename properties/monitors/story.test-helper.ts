/** For tests of monitors: traces made by hand, step by step, and what a property says of them. */
import type { Event, FoundMemory, Input, Output, Reaction, Step, Violation } from '../../engine/index.ts';
import type { Capsule, LinkBody, Message, NodeName } from '../../model/index.ts';
import { messageText } from '../canonical.ts';
import { DEFINITIONS } from '../properties.ts';
import type { Command, RecordReport, Report } from '../reading.ts';
import { scenarioOf, type TreeScenario } from '../scenario.ts';
import { bind, type SubjectFacts } from './judge.ts';

/** A symbolic frame. */
export interface StoryFrame {
  readonly message: Message;
  readonly counter: number;
  /** SYNC: the greatest timestamp of its frontier. */
  readonly timestamp: number;
}

/** How monitors read stories: symbols, with payloads in the reports. */
export const STORY: SubjectFacts<StoryFrame> = {
  id: 'story',
  payloads: true,
  secrets: undefined,
  reader: () => ({
    learn: () => undefined,
    birthOf: ({ life }) => life,
    read: ({ message, counter, timestamp }) => ({
      message,
      counter,
      text: messageText(message),
      timestamp,
    }),
  }),
};

/** One router, two clients, K = 2. */
export const SMALL: TreeScenario = scenarioOf({ k: 2, routers: 1, clients: 2 });

export type Told<F = StoryFrame> = Output<F, Report>;
type Extra<F> = Partial<Pick<Reaction<F, Command, Report>, 'gauges' | 'overrun' | 'memory'>>;

/** A step without its place in the trace. */
export type Part<F = StoryFrame> =
  | ({
      readonly node: NodeName;
      readonly input: Input<F, Command>;
      readonly outputs: readonly Told<F>[];
    } & Extra<F>)
  | { readonly event: Event<Command>['event'] };

const FRESH: FoundMemory = { kind: 'fresh', asOfIndex: -1 };

export const restarts = <F = StoryFrame>(
  node: NodeName,
  memory: FoundMemory,
  ...outputs: Told<F>[]
): Part<F> => ({
  node,
  input: { kind: 'start', life: 1, entropy: new Uint8Array(16) },
  outputs,
  memory,
});
export const starts = <F = StoryFrame>(node: NodeName, ...outputs: Told<F>[]): Part<F> =>
  restarts(node, FRESH, ...outputs);
export const gets = (node: NodeName, given: Message | StoryFrame, ...outputs: Told<StoryFrame>[]): Part => {
  const frame = 'message' in given ? given : { message: given, counter: 1, timestamp: 0 };
  return { node, input: { kind: 'frame', from: 'x', frame }, outputs };
};
export const fires = <F = StoryFrame>(node: NodeName, timer: string, ...outputs: Told<F>[]): Part<F> => ({
  node,
  input: { kind: 'timer', timer },
  outputs,
});
export const asked = <F = StoryFrame>(node: NodeName, command: Command, ...outputs: Told<F>[]): Part<F> => ({
  node,
  input: { kind: 'command', command },
  outputs,
});
export const crashes = (node: NodeName): Part => ({ event: { type: 'crashed', node } });
export const SETTLING: Part = { event: { type: 'settling' } };

export const REJECT = { kind: 'reject', reason: 'no' } as const;
export const report = (said: Report) => ({ kind: 'report', report: said }) as const;
export const send = (to: NodeName, message: Message, timestamp = 0): Told<StoryFrame> => ({
  kind: 'send',
  to,
  frame: { message, counter: 1, timestamp },
});

export const sets = (timer: string, ms: number): Told => ({ kind: 'set-timer', timer, ms });
export const cancel = (timer: string): Told => ({ kind: 'cancel-timer', timer });

type Payload = Omit<RecordReport, 'type' | 'capsule' | 'seq'>;
export const put = (capsule: Capsule, seq: number, payload: Payload = {}) =>
  report({ type: 'put', capsule, seq, ...payload });
export const delivers = (capsule: Capsule, seq: number, payload: Payload = {}) =>
  report({ type: 'delivered', capsule, seq, ...payload });

type Edge = readonly [child: NodeName, parent: NodeName];
export const committed = (version: number, edges: readonly Edge[], pending: readonly NodeName[] = []) =>
  report({
    type: 'committed',
    version,
    edges: edges.map(([child, parent]) => ({ child, parent, link: 1 })),
    pending,
  });
export const installed = (version: number, parent: NodeName, children: readonly NodeName[] = []) =>
  report({ type: 'installed', version, parent, children });

export const placement = (
  node: NodeName,
  version: number,
  parent: NodeName,
  children: readonly NodeName[] = [],
): Message => ({
  type: 'placement',
  node,
  incarnation: 1,
  birth: 1,
  version,
  level: 1,
  parent: { node: parent, incarnation: 1, link: 1 },
  children: children.map((child) => ({ node: child, incarnation: 1, link: 1 })),
});
export const linked = (from: NodeName, to: NodeName, body: LinkBody): Message => ({
  ...body,
  from,
  to,
  link: 1,
});
export const data = (from: NodeName, to: NodeName, capsule: Capsule, seq: number): Message =>
  linked(from, to, { type: 'data', record: { capsule, seq } });

/** C commits `r1` below itself and both clients below `r1`, and all of them install it. Version 1. */
export const FORMED: readonly Part[] = [
  ...['C', 'r1', 'c1', 'c2'].map((node) => starts(node)),
  gets(
    'C',
    { type: 'garbage', reason: '' },
    committed(1, [
      ['r1', 'C'],
      ['c1', 'r1'],
      ['c2', 'r1'],
    ]),
  ),
  gets('r1', placement('r1', 1, 'C', ['c1', 'c2']), installed(1, 'C', ['c1', 'c2'])),
  gets('c1', placement('c1', 1, 'r1'), installed(1, 'r1')),
  gets('c2', placement('c2', 1, 'r1'), installed(1, 'r1')),
];

export interface JudgeOptions {
  readonly scenario?: TreeScenario;
  /** Nodes that are up at the end. Default: all. */
  readonly up?: readonly NodeName[];
}

export interface Verdict {
  readonly violation: Violation | undefined;
  readonly exercised: number;
  /** What a liveness property waits for at the end. */
  readonly waiting: readonly string[];
  readonly tightest: string | undefined;
}

/** What the property says of the story. It stops at the first violation. */
export function judge(id: string, parts: readonly Part[], options?: JudgeOptions): Verdict {
  return judgeWith(id, parts, STORY, options);
}

/** The same for frames of another kind. */
export function judgeWith<F>(
  id: string,
  parts: readonly Part<F>[],
  facts: SubjectFacts<F>,
  { scenario = SMALL, up = scenario.nodes }: JudgeOptions = {},
): Verdict {
  return judgeSteps(id, stepsOf(parts), facts, scenario, up);
}

/** What the property says of a trace. */
export function judgeSteps<F>(
  id: string,
  steps: readonly Step<F, Command, Report>[],
  facts: SubjectFacts<F>,
  scenario: TreeScenario,
  up: readonly NodeName[] = scenario.nodes,
): Verdict {
  const definitions = DEFINITIONS.filter((definition) => definition.id === id);
  const monitor = bind(definitions, facts)[0]?.monitor({ subject: facts.id, scenario });
  if (monitor === undefined || 'notApplicable' in monitor) throw new Error(`${id} does not apply`);
  let violation: Violation | undefined;
  for (const step of steps) if ((violation = monitor.observe(step)) !== undefined) break;
  const standing = { nowMs: steps.length, up: new Set(up) };
  const waiting = monitor.waitingFor?.(standing) ?? [];
  violation ??= monitor.finish?.(standing);
  return { violation, exercised: monitor.exercised, waiting, tightest: monitor.tightest };
}

/** The story as a trace: a step a part, one after the other. */
export function stepsOf<F>(parts: readonly Part<F>[]): readonly Step<F, Command, Report>[] {
  return parts.map(stepOf);
}

function stepOf<F>(part: Part<F>, index: number): Step<F, Command, Report> {
  const place = { index, nowMs: index, cause: { kind: 'fair', phase: 'schedule' } } as const;
  if ('event' in part) return { kind: 'event', ...place, event: part.event };
  return { kind: 'reaction', ...place, sent: [], gauges: [], ...part };
}
