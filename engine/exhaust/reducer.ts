/**
 * The reductions that change a packed state before it is looked up: deliveries that are taken at once, what is forgotten at
 * rest, and one representative for all states that only differ in the names of equal nodes.
 */
import type { Compiled } from './compiled.ts';
import { localIn, putIn, setLocal, spentOf, type Layout } from './layout.ts';

/** Reduces states of one layout. */
export class Reducer<Local, Message> {
  readonly #compiled: Compiled<Local, Message>;
  readonly #layout: Layout;
  readonly #isEager: boolean;
  /** Whether some messages are delivered at once. */
  readonly delivers: boolean;
  /** By node and local state: the prompt and eager messages, as words of the network, and in front of them how many messages were asked about. */
  readonly #masks: Int32Array[][];
  /** By budget: the messages that cannot be delivered without it, as words of the network. */
  readonly #paid: Int32Array[];
  #paidDone = 0;
  readonly #image: Int32Array;
  readonly #least: Int32Array;

  constructor(compiled: Compiled<Local, Message>, layout: Layout, isEager: boolean) {
    this.#compiled = compiled;
    this.#layout = layout;
    this.#isEager = isEager && compiled.composition.eager !== undefined;
    this.delivers = this.#isEager || compiled.composition.prompt !== undefined;
    this.#masks = compiled.composition.nodes.map(() => []);
    this.#paid = compiled.composition.budgets.map(() => new Int32Array(layout.networkWords));
    this.#image = new Int32Array(layout.networkAt + layout.networkWords);
    this.#least = new Int32Array(layout.networkAt + layout.networkWords);
  }

  /** Takes out what cannot be delivered any more because its budget is used up: it does nothing to anybody from here on. */
  forget(state: Int32Array, maxima: readonly number[]): void {
    const { deliveryBudgets, messageCount } = this.#compiled;
    const { nodes, networkAt, networkWords } = this.#layout;
    for (; this.#paidDone < messageCount; this.#paidDone += 1) {
      const budget = deliveryBudgets[this.#paidDone] as number;
      if (budget >= 0) putIn(this.#paid[budget] as Int32Array, 0, this.#paidDone);
    }
    const spent = localIn(state, 0, nodes);
    for (let budget = 0; budget < maxima.length; budget += 1) {
      if (spentOf(spent, budget) < (maxima[budget] as number)) continue;
      const paid = this.#paid[budget] as Int32Array;
      for (let word = 0; word < networkWords; word += 1)
        state[networkAt + word] = (state[networkAt + word] as number) & ~(paid[word] as number);
    }
  }

  /**
   * Delivers at once what must be (`Composition.prompt`) and what may be, at one node: the rest of the state was reduced before.
   *
   * The latter is sound for what is true of local states and stays broken once it is broken (`Composition.eager`): the delivery is a persistent set of one
   * transition (Godefroid 1996): it is independent of all that others can do, since only its receiver takes it in and it sends nothing, and of all that
   * the receiver itself can do. So from the states that are passed over nothing is reached that is not reached from the one that is kept.
   * @returns whether anything was delivered
   */
  deliverEager(state: Int32Array, node: number): boolean {
    if (!this.delivers) return false;
    const { networkAt, networkWords } = this.#layout;
    let changed = false;
    for (let again = true; again;) {
      again = false;
      const local = localIn(state, 0, node);
      const mask = this.#maskOf(node, local);
      for (let word = 0; word < networkWords && !again; word += 1) {
        const bits = (state[networkAt + word] as number) & (mask[word + 1] as number);
        if (bits === 0) continue;
        const bit = bits & -bits;
        const outcome = this.#compiled.received(node, local, (word << 5) + (31 - Math.clz32(bit)));
        state[networkAt + word] = (state[networkAt + word] as number) & ~bit;
        setLocal(state, node, this.#compiled.nextLocal[outcome] as number);
        changed = again = true;
      }
    }
    return changed;
  }

  /**
   * Forgets what only tells messages in flight from each other, if none is.
   *
   * Sound for whatever is true of settled local states: the two states are bisimilar (`Composition.settled`).
   */
  settle(state: Int32Array): void {
    const { nodes, networkAt, networkWords } = this.#layout;
    for (let word = 0; word < networkWords; word += 1) if (state[networkAt + word] !== 0) return;
    for (let node = 0; node < nodes; node += 1)
      setLocal(state, node, this.#compiled.settledOf(node, localIn(state, 0, node)));
  }

  /**
   * Replaces the state by the least of its images.
   *
   * Sound for properties that the symmetries do not change: what is reachable from a state is reachable from its image, renamed (Ip and Dill 1996).
   */
  canonicalise(state: Int32Array): void {
    const { localImages, messageImages, composition } = this.#compiled;
    const { nodes, networkAt, networkWords } = this.#layout;
    const image = this.#image;
    const least = this.#least;
    const words = networkAt + networkWords;
    let found = false;
    for (let index = 0; index < localImages.length; index += 1) {
      const images = localImages[index] as number[][];
      const renamed = (composition.symmetries?.[index]?.nodes ?? []) as number[];
      for (let word = 0; word < words; word += 1) image[word] = 0;
      for (let node = 0; node < nodes; node += 1)
        setLocal(
          image,
          renamed[node] as number,
          (images[node] as number[])[localIn(state, 0, node)] as number,
        );
      setLocal(image, nodes, localIn(state, 0, nodes));
      // Most images are told apart by the local states alone.
      const order = compare(image, found ? least : state, networkAt);
      if (order > 0) continue;
      const messages = messageImages[index] as number[];
      for (let word = 0; word < networkWords; word += 1) {
        for (let bits = state[networkAt + word] as number; bits !== 0; bits &= bits - 1) {
          const message = messages[(word << 5) + (31 - Math.clz32(bits & -bits))] as number;
          putIn(image, networkAt, message);
        }
      }
      if (order === 0 && compare(image, found ? least : state, words) >= 0) continue;
      least.set(image);
      found = true;
    }
    if (found) for (let word = 0; word < words; word += 1) state[word] = least[word] as number;
  }

  #maskOf(node: number, local: number): Int32Array {
    const rows = this.#masks[node] as Int32Array[];
    let row = rows[local];
    if (row === undefined) rows[local] = row = new Int32Array(1 + this.#layout.networkWords);
    const compiled = this.#compiled;
    const { composition, receivers, messageCount } = compiled;
    for (let message = row[0] as number; message < messageCount; message += 1) {
      if (receivers[message] !== node) continue;
      const known = compiled.localOf(node, local);
      const content = compiled.messageOf(message);
      const isAtOnce =
        composition.prompt?.(content) === true ||
        (this.#isEager && composition.eager?.(node, known, content) === true);
      if (isAtOnce) putIn(row, 1, message);
    }
    row[0] = messageCount;
    return row;
  }
}

function compare(a: Int32Array, b: Int32Array, words: number): number {
  for (let word = 0; word < words; word += 1) {
    const difference = (a[word] as number) - (b[word] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
