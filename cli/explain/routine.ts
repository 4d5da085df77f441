/** What goes on all the time in a tree that lives, and is summed up instead of told. */
import type { Observed } from './observe.ts';

/** What goes on all the time and is summed up instead of told. */
export type Routine = 'heartbeats' | 'forming' | 'confirming' | 'epochs' | 'other';

/** Knows routine when it sees it; asked of each step in order. */
export class Routines {
  /** Versions that were committed because somebody new joined. */
  readonly #formed = new Set<number>();

  of(observed: Observed): Routine | undefined {
    const { step, seen, followed } = observed;
    if (step.kind === 'event') return this.#ofEvent(observed);
    if (followed?.agrees === false || seen.kind === 'event') return undefined;
    const { input } = seen.reaction;
    switch (input.kind) {
      case 'start':
        return input.memory.kind === 'fresh' ? 'forming' : undefined;
      case 'command':
        return input.command.type === 'dump' ? 'other' : undefined;
      case 'timer':
        return ofTimer(observed, input.timer);
      case 'frame':
        return this.#ofMessage(observed);
    }
  }

  #ofEvent({ step }: Observed): Routine | undefined {
    if (step.kind !== 'event') return undefined;
    if (step.event.type === 'lost') {
      if (/ heartbeat [#~]/.test(step.event.message)) return 'heartbeats';
      return / placement-ack [#~]/.test(step.event.message) ? 'confirming' : undefined;
    }
    return step.event.type === 'restarting' ? 'other' : undefined;
  }

  #ofMessage({ situation, effects }: Observed): Routine | undefined {
    const { tookIn } = situation;
    const doesMore = effects.some(({ kind }) => kind === 'send' || kind === 'report');
    switch (tookIn?.type) {
      case 'heartbeat':
        return doesMore ? undefined : 'heartbeats';
      case 'placement-ack':
        return doesMore ? undefined : 'confirming';
      case 'join': {
        if (tookIn.reason !== 'new') return undefined;
        for (const effect of effects)
          if (effect.kind === 'report' && effect.report.type === 'committed')
            this.#formed.add(effect.report.version);
        return 'forming';
      }
      case 'placement': {
        const isMore = effects.some(
          (effect) => effect.kind === 'report' && effect.report.type !== 'installed',
        );
        return this.#formed.has(tookIn.version) && !isMore ? 'forming' : undefined;
      }
      case 'rts':
        return 'epochs';
      case 'eoe':
        return closesSomething(effects) ? undefined : 'epochs';
      case 'sync': {
        const asks = effects.some((effect) => effect.kind === 'send' && effect.message.type === 'nak');
        return asks ? undefined : 'epochs';
      }
      default:
        return undefined;
    }
  }
}

function ofTimer({ effects }: Observed, timer: string): Routine | undefined {
  const [kind] = timer.split(':');
  if (kind === 'heartbeat') return 'heartbeats';
  if (kind === 'epoch') return closesSomething(effects) ? undefined : 'epochs';
  if (kind === 'eoe') return closesSomething(effects) ? undefined : 'epochs';
  const says = effects.filter(({ kind }) => kind === 'send' || kind === 'report' || kind === 'reject');
  if (says.length === 0) return 'other';
  // Subjects of other protocols have timers of other names.
  const greets = says.every((effect) => effect.kind === 'send' && effect.message.type === 'heartbeat');
  return greets ? 'heartbeats' : undefined;
}

/** Whether a frontier goes out that tells of something. */
function closesSomething(effects: Observed['effects']): boolean {
  return effects.some(
    (effect) =>
      effect.kind === 'send' && effect.message.type === 'sync' && effect.message.frontier.length > 0,
  );
}
