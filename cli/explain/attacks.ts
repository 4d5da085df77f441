/** Attacks in words: who attacks, and what with. */
import { takenOverBy, type Attack } from '../../engine/index.ts';
import { writerOf } from '../../model/index.ts';
import { BY_NUMBER, identityOf, type Naming } from './identities.ts';
import { term } from './terms.ts';
import { listed, neighbourhood, recordId } from './words.ts';

/** What a router withholds, in words. */
const WITHHELD_WORDS: Readonly<Record<string, string>> = {
  all: 'all that it sends',
  'all-but-greetings': 'all that it sends to its neighbours but greetings',
  records: 'records',
  epochs: 'what epochs are made of',
};

/** Who attacks: with keys or without. */
export function attackerWords(attack: Attack): string {
  const node = takenOverBy(attack);
  if (node !== undefined) return `an ${term('insider')} with the keys of ${node}`;
  return `an ${term(attack.by === 'insider' ? 'insider' : 'outsider')}`;
}

/** What an attacker does: `hands r1 a copy of …`. Attacks of an adversary that the kit does not know are named. */
export function attackWords(attack: Attack, naming: Naming = BY_NUMBER): string {
  const text = (field: string): string => String(attack[field]);
  const message = typeof attack['message'] === 'string' ? naming.words(attack['message']) : 'a message';
  const receiver =
    typeof attack['message'] === 'string' ? (identityOf(attack['message'])?.to ?? 'a node') : 'a node';
  switch (attack.kind) {
    case 'forge':
      return `hands ${text('to')} a ${text('message')} that it made up in the name of ${text('as')}, under keys of its own`;
    case 'replay':
      return `replays ${message}${attack['to'] === undefined ? '' : ` to ${text('to')}`}: a true copy, at another time`;
    case 'tamper':
      return `hands ${receiver} ${message} with one field changed`;
    case 'splice':
      return `hands ${receiver} ${message} with a part of another message in it`;
    case 'spoof':
      return `hands ${receiver} ${message} in the name of ${text('as')}`;
    case 'lie':
      return `${attack['as'] === undefined ? '' : `with the keys of ${text('as')} `}hands ${attack['to'] === undefined ? receiver : text('to')} ${message} ${attack['misshapen'] === true ? 'with a part that has not its shape' : 'changed'} and signed anew`;
    case 'misuse': {
      const over = typeof attack['over'] === 'string' ? identityOf(attack['over']) : undefined;
      const way = over === undefined ? '' : ` over the link from ${over.from} to ${over.to}`;
      const to = over?.to ?? receiver;
      return `hands ${to} ${message}${attack['field'] === undefined ? '' : ' with another number or way in it'}${way}, sealed as it should be`;
    }
    case 'say': {
      const over = typeof attack['over'] === 'string' ? identityOf(attack['over']) : undefined;
      const to = attack['to'] === undefined ? (over?.to ?? receiver) : text('to');
      return `hands ${to} what was never said, made of ${message} and ${attack['mac'] === 'wrong' ? 'sealed under a wrong key' : 'signed and sealed as it should be'}`;
    }
    case 'write':
    case 'head':
      return writeWords(attack, message, naming);
    case 'accuse':
      return `accuses ${writerWords(attack, naming)} to ${text('to')} of having made two records of one name, with what ${writerWords(attack, naming)} signed in ${message} and in ${naming.words(text('other'))}`;
    case 'join-again':
      return `asks for a place again, as life ${text('incarnation')} of that node (${term('Join')})`;
    case 'withhold': {
      const what = WITHHELD_WORDS[text('what')] ?? text('what');
      const of = attack['writer'] === undefined ? '' : ` of ${text('writer')}`;
      const to = attack['to'] === undefined ? '' : ` from ${text('to')}`;
      return `${attack.standing === 'begins' ? 'withholds from now on' : 'withholds no more'} ${what}${of}${to}`;
    }
    case 'suspect':
      return `tells the coordinator that ${text('child')} is silent`;
    case 'place':
      return placeWords(attack, receiver, message, naming);
    case 'flood':
      return `floods the coordinator with ${text('joins')} made-up joins`;
    case 'malformed':
      return `hands ${text('to')} bytes that are no message (${text('how')})`;
    default:
      return `does ${JSON.stringify(attack)}`;
  }
}

/** Whose record a message is. */
function writerWords(attack: Attack, naming: Naming): string {
  const source = naming.message(String(attack['message']));
  return source?.type === 'data' ? writerOf(source.record.capsule) : 'the writer';
}

/** A record that its writer never put, or the claim that there is one. */
function writeWords(attack: Attack, source: string, naming: Naming): string {
  const step = Number(attack['step']);
  const known = naming.message(String(attack['message']));
  const stamp = attack['lead'] === 'end' ? ', stamped as late as can be' : '';
  const to = String(attack['to']);
  const signed = `signed as ${takenOverBy(attack) ?? 'its writer'} signs`;
  if (known?.type !== 'data') {
    const which =
      step === 0 ? 'another record in place of that in' : `a record ${step} further on than that in`;
    return attack.kind === 'write'
      ? `hands ${to} ${which} ${source}${stamp}, ${signed}`
      : `answers an epoch to ${to} with the head of ${which} ${source}${stamp}, ${signed}`;
  }
  const { capsule, seq } = known.record;
  const id = recordId({ capsule, seq: seq + step });
  const which =
    step === 0
      ? `another ${term('record')} ${id} than ${writerOf(capsule)} put`
      : `a ${term('record')} ${id} of its own making`;
  return attack.kind === 'write'
    ? `hands ${to} ${which}${stamp}, ${signed}`
    : `answers an ${term('epoch')} to ${to} as if the newest were ${which}${stamp}, ${signed}`;
}

function nameIn(attack: Attack, field: string): string {
  const name = attack[field];
  return typeof name === 'string' ? name : '';
}

/** A placement that the coordinator did not make: what it says, where that is known. */
function placeWords(attack: Attack, receiver: string, source: string, naming: Naming): string {
  const version = `${term('version')} ${String(attack['version'])}`;
  const known = naming.message(String(attack['message']));
  const without = Array.isArray(attack['without']) ? attack['without'].map(String) : [];
  const child = attack['child'] === undefined ? [] : [nameIn(attack, 'child')];
  if (known?.type === 'placement') {
    const kept = known.children
      .map(({ node }) => node)
      .filter((node) => !without.includes(node) && !child.includes(node));
    const parent = attack['parent'] === undefined ? known.parent.node : nameIn(attack, 'parent');
    const says = neighbourhood(parent, [...kept, ...child].toSorted());
    return `sends ${receiver} a ${term('Placement')} of ${version}: ${says}; it is signed as ${takenOverBy(attack) ?? 'the coordinator'} signs`;
  }
  const also = [
    ...(attack['parent'] === undefined ? [] : [`under ${nameIn(attack, 'parent')}`]),
    ...child.map((node) => `with ${node} for a child`),
    ...(without.length === 0 ? [] : [`without ${listed(without)}`]),
  ];
  return `places ${receiver} under ${version} as in ${source}${also.length === 0 ? '' : `, but ${also.join(', ')}`}, signed as ${takenOverBy(attack) ?? 'the coordinator'} signs`;
}
