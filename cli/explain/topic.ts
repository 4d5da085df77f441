/** Steps about what went wrong is about: its epoch or its record. They are evidence, and never routine. */
import type { Message } from '../../model/index.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { recordId } from './words.ts';

/** More steps than this about one thing are its whole way through the tree: those that led to the end are told. */
const MANY_ABOUT_ONE = 12;

/** Steps about the epoch or the record that the given steps are about. */
export function topicSteps(
  { steps, messages }: ObservedRun,
  { wrong, past, until }: { wrong: readonly number[]; past: ReadonlySet<number>; until: number },
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const topic of new Set(wrong.flatMap((index) => topicOf(steps[index]) ?? []))) {
    const about = steps.filter(
      (observed) => observed.index <= until && aboutOf(observed, messages).includes(topic),
    );
    const few = about.length <= MANY_ABOUT_ONE ? about : about.filter(({ index }) => past.has(index));
    for (const { index } of few) found.add(index);
  }
  return found;
}

/** What a step goes wrong about. */
function topicOf(observed: Observed | undefined): string | undefined {
  if (observed?.step.kind !== 'reaction') return undefined;
  const { input } = observed.step;
  const before = observed.followed?.before;
  if (input.kind === 'timer' && input.timer === 'eoe' && before?.role === 'coordinator')
    return epochTopic(before.context.epoch);
  const message = observed.situation.tookIn;
  return message === undefined ? undefined : topicsOf(message)[0];
}

/** What a step is about: of a loss, what the lost message was about. */
function aboutOf(
  { step, situation, effects }: Observed,
  messages: ObservedRun['messages'],
): readonly string[] {
  if (step.kind === 'event') {
    const message = step.event.type === 'lost' ? messages.get(step.event.message) : undefined;
    return message === undefined ? [] : topicsOf(message);
  }
  const opened = effects.flatMap((effect) =>
    effect.kind === 'report' && effect.report.type === 'epoch-opened'
      ? [epochTopic(effect.report.epoch)]
      : [],
  );
  return [...opened, ...(situation.tookIn === undefined ? [] : topicsOf(situation.tookIn))];
}

function topicsOf(message: Message): readonly string[] {
  switch (message.type) {
    case 'rts':
    case 'eoe':
    case 'sync':
      return [epochTopic(message.epoch)];
    case 'data':
      return [recordId(message.record)];
    default:
      return [];
  }
}

function epochTopic(epoch: number): string {
  return `epoch ${epoch}`;
}
