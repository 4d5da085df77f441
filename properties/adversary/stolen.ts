/**
 * The capability `stolen(key)`: whoever has the keys of a client that was expelled, and the group keys up to then. It goes on to use them: it writes on, answers
 * epochs, accuses, as with the keys of a client that was not (`writer.ts`), and it joins again.
 */
import { COORDINATOR, encodeControlFrame, sign, signingInput } from '../../impl/index.ts';
import type { Injection, Random, WorldView } from '../../engine/index.ts';
import type { TreeScenario } from '../scenario.ts';
import { decodeOnce } from '../subjects/reference-reader.ts';
import type { StolenAttack, WriterAttack } from './attack.ts';
import { noise } from './malformed.ts';
import { keysOf } from './seal.ts';
import { proposeAs } from './writer.ts';

type View = WorldView<Uint8Array, TreeScenario>;

/** What is done with stolen keys, in words. */
export const STOLEN_MOVES: readonly string[] = [
  'the group key is rotated, and a node may be expelled with it, and given new keys',
  'with the keys of a client that was expelled: go on to write, to answer epochs and to accuse, as with those of one that was not',
  'join again under them, as a later life',
];

const JOIN_PERCENT = 35;
const BIRTH_BYTES = 16;

/** Chooses what the holder of an expelled client’s keys does next; undefined as long as nobody is seen to be expelled. */
export function proposeStolen(
  view: View,
  random: Random,
  salt: number,
): StolenAttack | WriterAttack | undefined {
  const former = [...new Set(expelledIn(view))].filter((node) => node.startsWith('c'));
  if (former.length === 0) return undefined;
  const client = random.pick(former);
  const by = `stolen(${client})` as const;
  if (random.chance(JOIN_PERCENT)) return { kind: 'join-again', by, incarnation: random.int(1, 5), salt };
  return proposeAs(view, random, client, by, salt);
}

/** Makes the frame of such a join. */
export function asStolen(view: View, { by, incarnation, salt }: StolenAttack): Injection<Uint8Array> {
  const node = by.slice('stolen('.length, -1);
  const { credential, signingSecret } = keysOf(view, node);
  const body = {
    node,
    role: 'client',
    incarnation,
    birth: noise(salt, BIRTH_BYTES),
    attempt: 1,
    reason: 'restarted',
    suspect: '',
    link: 0,
  } as const;
  const signature = sign(signingInput('join', body), signingSecret);
  const frame = encodeControlFrame({ kind: 'join', body, credential, signature });
  return { from: node, to: COORDINATOR, frame };
}

/** Who was expelled, as far as that was seen. */
function expelledIn({ seen }: View): readonly string[] {
  for (const { kind, frame } of seen.toReversed()) {
    const decoded = kind === 'sync' ? decodeOnce(frame) : undefined;
    if (decoded === undefined || 'wrong' in decoded || decoded.body?.kind !== 'sync') continue;
    return decoded.body.body.rotation?.body.expelled ?? [];
  }
  return [];
}
