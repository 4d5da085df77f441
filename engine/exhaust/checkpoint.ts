/**
 * A search as bytes, to go on with later, with as many threads as one likes. Local states and messages are kept as JSON, in the order of their
 * numbers; states level by level.
 */
import { at, type Compiled } from './compiled.ts';
import { positionsIn, type Explored } from './explored.ts';
import type { Kept, SearchPosition } from './options.ts';
import { positionOf, shardOf } from './outbox.ts';

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

const FORMAT = 'psl-verify/exhaust-checkpoint 2';

/** States that are written, or read, at once. */
const BATCH_STATES = 1 << 14;

/** A file that is no checkpoint of this search. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** Reads so many bytes more; fewer at the end. */
export type ReadBytes = (count: number) => Uint8Array;

/** The parts of a checkpoint, to be written one after the other. `subject` names what is searched; another one is refused when it is read. */
export function* checkpointOf<L, M>(search: Explored<L, M>, subject: string): Generator<Uint8Array> {
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
  for (const rows of keptOf(search).rows) yield new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
}

/** A search, to go on with in another way. */
export function keptOf<L, M>(search: Explored<L, M>): Kept {
  return { position: search.position, words: search.states.words, rows: rowsOf(search) };
}

function* rowsOf<L, M>(search: Explored<L, M>): Generator<Int32Array> {
  const { states } = search;
  // By thread and position there: the number in what is kept.
  const numberOf: Int32Array[] = [];
  const order = search.inOrder();
  for (const { to } of order) {
    const shard = shardOf(to);
    if ((numberOf[shard]?.length ?? 0) < positionOf(to)) numberOf[shard] = new Int32Array(positionOf(to));
  }
  let number = 0;
  for (const position of positionsIn(order)) at(numberOf, shardOf(position))[positionOf(position)] = number++;
  const row = states.words + 1;
  let words = new Int32Array(BATCH_STATES * row);
  let used = 0;
  for (const position of positionsIn(order)) {
    const offset = states.offsetOf(position);
    words.set(states.chunkOf(position).subarray(offset, offset + states.words), used);
    const parent = states.parentOf(position);
    words[used + states.words] = parent < 0 ? -1 : (numberOf[shardOf(parent)]?.[positionOf(parent)] ?? -1);
    used += row;
    if (used < words.length) continue;
    yield words;
    words = new Int32Array(BATCH_STATES * row);
    used = 0;
  }
  if (used > 0) yield words.subarray(0, used);
}

/**
 * Reads a checkpoint into the tables of a search that has not advanced. The states are read when they are asked for.
 * @throws CheckpointError if the bytes are no checkpoint of it; when they are cut off, as late as that
 */
export function readCheckpoint<L, M>(read: ReadBytes, subject: string, compiled: Compiled<L, M>): Kept {
  const head = headIn(read);
  if (head.subject !== subject)
    throw new CheckpointError(`it is of ${JSON.stringify(head.subject)}, not of ${JSON.stringify(subject)}`);
  intern(compiled, head as Head & { locals: L[][]; messages: M[] });
  const { position, words, states } = head;
  return { position, words, rows: rowsIn(read, states, words + 1) };
}

/** Bytes that are all there, to be read. */
export function reading(bytes: Uint8Array): ReadBytes {
  let from = 0;
  return (count) => bytes.subarray(from, (from += count));
}

function* rowsIn(read: ReadBytes, states: number, row: number): Generator<Int32Array> {
  for (let left = states; left > 0; left -= BATCH_STATES) {
    const count = Math.min(left, BATCH_STATES) * row * 4;
    const bytes = read(count);
    if (bytes.byteLength < count) throw new CheckpointError('it is cut off');
    yield new Int32Array(Uint8Array.from(bytes).buffer);
  }
}

function headIn(read: ReadBytes): Head {
  try {
    const length = read(4);
    const bytes = read(new DataView(length.buffer, length.byteOffset).getUint32(0, true));
    const head = JSON.parse(new TextDecoder().decode(bytes)) as Head;
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
