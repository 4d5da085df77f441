/** Timers that a node sets and cancels, in words: what it expects, and for how long. */
import type { Effect, Phrase } from './effects.ts';
import { term } from './terms.ts';
import { span } from './words.ts';

/** Timers in words. */
export function timerPhrases(effects: readonly Effect[]): readonly Phrase[] {
  return effects.flatMap((effect) => {
    if (effect.kind === 'set-timer') return [setPhrase(effect.timer, effect.ms)];
    return effect.kind === 'cancel-timer' ? [cancelPhrase(effect.timer)] : [];
  });
}

function setPhrase(timer: string, ms: number): Phrase {
  const [kind = '', node = ''] = timer.split(':');
  switch (kind) {
    case 'suspect':
      return { verb: 'trust', rest: `that ${node} is alive for another ${span(ms)}` };
    case 'heartbeat':
      return { verb: 'plan', rest: `its next ${term('Heartbeat')} in ${span(ms)}` };
    case 'join':
      return { verb: 'plan', rest: `to ask again in ${span(ms)}` };
    case 'subscription':
      return { verb: 'plan', rest: `to say so again in ${span(ms)}` };
    case 'placement':
      return { verb: 'plan', rest: `to repeat what is not confirmed in ${span(ms)}` };
    case 'doubt':
      return { verb: 'give', rest: `its parent another ${span(ms)} to serve it` };
    case 'epoch':
      return { verb: 'plan', rest: `the next ${term('epoch')} in ${span(ms)}` };
    default:
      return { verb: 'wait', rest: `${span(ms)} for ${kind === 'probe' ? `${node} to answer` : 'answers'}` };
  }
}

function cancelPhrase(timer: string): Phrase {
  const [kind = '', node = ''] = timer.split(':');
  switch (kind) {
    case 'suspect':
      return { verb: 'stop', rest: `watching ${node}` };
    case 'join':
      return { verb: 'stop', rest: 'asking for a place' };
    case 'subscription':
      return { verb: 'stop', rest: 'saying what it wants' };
    case 'doubt':
      return { verb: 'stop', rest: 'watching whether its parent serves it' };
    case 'placement':
      return { verb: 'stop', rest: `repeating ${term('Placement', 'Placements')}` };
    default:
      return { verb: 'stop', rest: `waiting for ${kind === 'probe' ? `an answer of ${node}` : 'answers'}` };
  }
}
