/** What broke, in words. */
import { partsOf, withTerms } from './terms.ts';
import { capital } from './sentences.ts';
import type { Telling } from './story.ts';
import { receivedWords } from './received.ts';
import { span } from './words.ts';
import { timerWords } from './moves.ts';

/** What the violation says, as a sentence; for `conformance`, whose own message is for machines, what the node did. */
export function whatHappens(telling: Telling): string {
  const { violation, brokeAt, departures, run } = telling;
  if (violation === undefined) return '';
  const departure = brokeAt === undefined ? undefined : departures.get(brokeAt);
  const observed = brokeAt === undefined ? undefined : run.steps[brokeAt];
  if (departure !== undefined && observed !== undefined && violation.message.includes('statechart')) {
    const { seen } = observed;
    if (seen.kind === 'event') return departure.wholeText;
    const { input, node, attack } = seen.reaction;
    const occasion =
      input.kind === 'frame'
        ? attack === undefined
          ? `${node} gets ${receivedWords(input.reading.message, input.from)}`
          : `${node} gets a message from an outsider`
        : input.kind === 'timer'
          ? `at ${node}, ${timerWords(input.timer)}`
          : `${node} is asked for something`;
    return `${capital(occasion)}. ${departure.wholeText}`;
  }
  const inSeconds = violation.message.replaceAll(/\b(\d+) ms\b/g, (_, ms: string) => span(Number(ms)));
  return `${capital(partsOf(inSeconds).length > 1 ? inSeconds : withTerms(inSeconds))}.`;
}
