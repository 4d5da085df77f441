/** What broke, in words. */
import { attackerWords } from './attacks.ts';
import { timerWords } from './moves.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { receivedWords } from './received.ts';
import { attackOf, capital, uncapital } from './sentences.ts';
import { SHOULD_HAVE_BEEN } from './plain.ts';
import type { Story, Telling } from './story.ts';
import { term, withTerms } from './terms.ts';
import { moment, span } from './words.ts';

/** What the violation says, as a sentence; for `conformance`, whose own message is for machines, what the node did. */
export function whatHappens({ violation, brokeAt, departures, elsewhere, run }: Telling): string {
  if (violation === undefined) return '';
  const departure = brokeAt === undefined ? undefined : departures.get(brokeAt);
  const observed = brokeAt === undefined ? undefined : run.steps[brokeAt];
  if (departure !== undefined && observed !== undefined && isAboutReactions(violation.message))
    return `${capital(occasionOf(observed, run))}. ${departure.wholeText}`;
  return `${capital(withTerms(readable(violation.message)))}.${elsewhere}`;
}

/** The first departure from a statechart, as a sentence; empty where there is none, or where `whatHappens` is about it. */
export function culpritOf(telling: Telling, property: Story['property']): string {
  if (telling.departures.size === 0) return noneOffItsChart(telling, property);
  const index = Math.min(...telling.departures.keys());
  const departure = telling.departures.get(index);
  const observed = telling.run.steps[index];
  if (departure === undefined || observed === undefined || telling.violation === undefined) return '';
  if (isAboutReactions(telling.violation.message)) return '';
  const beat = telling.beats.find(({ steps }) => steps.includes(index));
  const number = beat?.kind === 'told' ? `${beat.number} ` : '';
  return `The first wrong step is ${number}(at ${moment(observed.nowMs)}): ${uncapital(departure.wholeText)}`;
}

/** Where the property breaks, and every node does what its statechart does. */
function noneOffItsChart({ violation, run, until }: Telling, { id, statement }: Story['property']): string {
  const isFollowed = run.steps.some(({ followed, index }) => index <= until && followed !== undefined);
  if (violation === undefined || !isFollowed) return '';
  const should = withTerms(SHOULD_HAVE_BEEN[id] ?? uncapital(statement).replace(/\.$/, ''));
  return `No step is off its ${term('statechart')}, which does not go so far. What should have been: ${should}.`;
}

/** Whether a message has the words of `conformance`: "reacted to … otherwise …", "no transition allows its reaction to …". */
function isAboutReactions(message: string): boolean {
  return / reaction to | reacted to /.test(message);
}

/** A message in the midst of a text: without states, and without what only the kit itself can read. */
export function briefly(message = ''): string {
  const found =
    /^(\S+) in \S+ reacted to (\S+) otherwise than its statechart/.exec(message) ??
    /^(\S+) in \S+: no transition allows its reaction to ([^:]+)/.exec(message);
  if (found === null) return withTerms(readable(message));
  const [, node = '', event = ''] = found;
  return `${node} does something else than its ${term('statechart')} ${eventWords(event)}`;
}

/** The type of an event of a statechart, as a clause. */
function eventWords(type: string): string {
  const [kind = '', timer] = type.split('.');
  if (timer !== undefined) return `when its timer ${timer} goes off`;
  switch (kind) {
    case 'start':
      return 'when it starts';
    case 'garbage':
      return 'when it gets what is not authentic';
    case 'data':
      return `when it gets a ${term('record')}`;
    case 'rts':
    case 'eoe':
    case 'sync':
      return `when it gets ${kind === 'sync' ? 'a' : 'an'} ${withTerms(kind.toUpperCase())}`;
    case 'put':
    case 'get':
    case 'leave':
    case 'dump':
      return `at a ${kind}`;
    default:
      return `when it gets a ${withTerms(kind.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()))}`;
  }
}

/** To what a node reacted, as a clause. */
export function occasionOf(observed: Observed, run: ObservedRun): string {
  const { seen } = observed;
  if (seen.kind === 'event') return 'something happens';
  const { input, node, attack } = seen.reaction;
  if (attack !== undefined) return `${attackerWords(attack)} ${attackOf(observed, run)}`;
  switch (input.kind) {
    case 'frame':
      return `${node} gets ${receivedWords(input.reading.message, input.from, observed.situation.life)}`;
    case 'timer':
      return timerWords(input.timer, node);
    case 'command':
      return `${node} is asked for something (${input.command.type})`;
    case 'start':
      return `${node} starts`;
  }
}

/** A message of a monitor without what only those who wrote it understand. */
function readable(message: string): string {
  return message
    .replaceAll(/\b(\d+) ms\b/g, (_, ms: string) => span(Number(ms)))
    .replace(/after the faults ended/, 'after the moves were over')
    .replaceAll(/group key of epoch/g, 'group key of key epoch')
    .replace(/^version (\d+): /, 'in the tree of version $1, ')
    .replace(/ in the clear to (\S+), in a ([a-z-]+)$/, ' to $1 unencrypted, in a $2 message')
    .replace(/: it tells of one only without them$/, ': it is not there any more to show one')
    .replace(/(\S+#\d+) other than it was put$/, '$1 with other contents than were written');
}
