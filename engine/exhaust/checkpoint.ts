/** A search as bytes, to go on with later. Local states and messages are kept as JSON, in the order of their numbers. */
import { at, type Compiled } from './compiled.ts';
import type { Composition } from './composition.ts';
import { Search, type SearchOptions, type SearchPosition } from './search.ts';

/** How far a search was, beside its states. */
interface Head {
  readonly format: typeof FORMAT;
  /** What was searched, as its caller names it. */
  readonly subject: string;
  readonly words: number;
  readonly states: number;
  readonly position: SearchPosition;
  readonly locals: readonly (readonly unknown[])[];
  readonly messages: readonly unknown[];
}

const FORMAT = 'psl-verify/exhaust-checkpoint 1';

/** A file that is no checkpoint of this search. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** The parts of a checkpoint, to be written one after the other. `subject` names what is searched; another one is refused when it is read. */
export function* checkpointOf<L, M>(search: Search<L, M>, subject: string): Generator<Uint8Array> {
  const { compiled, composition, states } = search;
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
  const head: Head = {
    format: FORMAT,
    subject,
    words: states.words,
    states: states.size,
    position: search.position,
    locals: composition.nodes.map((_, node) =>
      numbers(compiled.localCount(node)).map((local) => compiled.localOf(node, local)),
    ),
    messages: numbers(compiled.messageCount).map((message) => compiled.messageOf(message)),
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  yield new Uint8Array(Uint32Array.of(text.byteLength).buffer);
  yield text;
  const batch = 1 << 14;
  for (let from = 0; from < states.size; from += batch) {
    const count = Math.min(batch, states.size - from);
    const words = new Int32Array(count * (states.words + 1));
    for (let index = 0; index < count; index += 1) {
      const offset = index * (states.words + 1);
      words.set(states.stateAt(from + index), offset);
      words[offset + states.words] = states.parentOf(from + index);
    }
    yield new Uint8Array(words.buffer);
  }
}

/**
 * Goes on with a search.
 * @throws CheckpointError if the bytes are no checkpoint of it
 */
export function searchFrom<L, M>(
  bytes: Uint8Array,
  subject: string,
  composition: Composition<L, M>,
  options: SearchOptions<L, M>,
): Search<L, M> {
  const head = headOf(bytes);
  if (head.subject !== subject)
    throw new CheckpointError(`it is of ${JSON.stringify(head.subject)}, not of ${JSON.stringify(subject)}`);
  const search = new Search(composition, options);
  intern(search.compiled, head as Head & { locals: L[][]; messages: M[] });
  const row = head.words + 1;
  const begin = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const size = head.states * row * 4;
  if (bytes.byteLength !== begin + size) throw new CheckpointError('it is cut off');
  const words = new Int32Array(Uint8Array.from(bytes.subarray(begin)).buffer);
  search.resume(head.position, words, head.words);
  return search;
}

function headOf(bytes: Uint8Array): Head {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Head;
    if (head.format === FORMAT) return head;
  } catch {
    // Said below.
  }
  throw new CheckpointError(`expected "${FORMAT}"`);
}

/** Numbers are given in order, so the same order gives the same numbers. */
function intern<L, M>(
  compiled: Compiled<L, M>,
  { locals, messages }: { locals: L[][]; messages: M[] },
): void {
  const same = (number: number, known: number): void => {
    if (number !== known) throw new CheckpointError('the protocol is another one by now');
  };
  compiled.composition.nodes.forEach((_, node) => {
    at(locals, node).forEach((local, number) => {
      same(number, compiled.internLocal(node, local));
    });
  });
  messages.forEach((message, number) => {
    same(number, compiled.internMessage(message));
  });
}
