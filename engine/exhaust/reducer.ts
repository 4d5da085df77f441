/**
 * The reductions that change a packed state before it is looked up: deliveries that are taken at once, what is forgotten at
 * rest, and one representative for all states that only differ in the names of equal nodes.
 */
import { localIn, putIn, setLocal, spentOf, type Layout } from './layout.ts';
import { MISSING, type Tables } from './tables.ts';

/** Reduces states of one layout. */
export class Reducer {
  readonly #tables: Tables;
  readonly #layout: Layout;
  readonly #isEager: boolean;
  /** Whether some messages are delivered at once. */
  readonly delivers: boolean;
  /** By node and local state, as words of the network: the messages that are not delivered at once, or not to this node, as far as that is known. */
  readonly #others: Int32Array[][];
  /** By budget: the messages that cannot be delivered without it, as words of the network. */
  readonly #paid: Int32Array[];
  #paidDone = 0;
  readonly #image: Int32Array;
  readonly #least: Int32Array;

  constructor(tables: Tables, layout: Layout, isEager: boolean) {
    const { plan } = tables;
    this.#tables = tables;
    this.#layout = layout;
    this.#isEager = isEager && plan.isEager;
    this.delivers = this.#isEager || plan.isPrompt;
    this.#others = Array.from({ length: plan.nodes }, () => []);
    this.#paid = plan.maxima.map(() => new Int32Array(layout.networkWords));
    this.#image = new Int32Array(layout.networkAt + layout.networkWords);
    this.#least = new Int32Array(layout.networkAt + layout.networkWords);
  }

  /** Takes out what cannot be delivered any more because its budget is used up: it does nothing to anybody from here on. */
  forget(state: Int32Array): void {
    const { deliveryBudgets, messageCount, plan } = this.#tables;
    const { maxima } = plan;
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
      const others = this.#othersOf(node, local);
      for (let word = 0; word < networkWords && !again; word += 1) {
        let bits = (state[networkAt + word] as number) & ~(others[word] as number);
        for (; bits !== 0 && !again; bits &= bits - 1) {
          const bit = bits & -bits;
          const message = (word << 5) + (31 - Math.clz32(bit));
          if (!this.#isAtOnce(others, node, local, message)) continue;
          const outcome = this.#tables.received(node, local, message);
          if (outcome === MISSING) continue;
          state[networkAt + word] = (state[networkAt + word] as number) & ~bit;
          setLocal(state, node, this.#tables.nextLocal[outcome] as number);
          changed = again = true;
        }
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
      setLocal(state, node, this.#tables.settledOf(node, localIn(state, 0, node)));
  }

  /**
   * Replaces the state by the least of its images.
   *
   * Sound for properties that the symmetries do not change: what is reachable from a state is reachable from its image, renamed (Ip and Dill 1996).
   */
  canonicalise(state: Int32Array): void {
    const { localImages, messageImages, plan } = this.#tables;
    const { nodes, networkAt, networkWords } = this.#layout;
    const image = this.#image;
    const least = this.#least;
    const words = networkAt + networkWords;
    let found = false;
    for (let index = 0; index < localImages.length; index += 1) {
      const images = localImages[index] as number[][];
      const renamed = plan.symmetries[index] as number[];
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

  #othersOf(node: number, local: number): Int32Array {
    const rows = this.#others[node] as Int32Array[];
    return (rows[local] ??= new Int32Array(this.#layout.networkWords));
  }

  #isAtOnce(others: Int32Array, node: number, local: number, message: number): boolean {
    const isMine = this.#tables.receivers[message] === node;
    const isAtOnce = isMine && this.#tables.isAtOnce(node, local, message, this.#isEager);
    // What is not known is asked again.
    if (isAtOnce === false) putIn(others, 0, message);
    return isAtOnce === true;
  }
}

function compare(a: Int32Array, b: Int32Array, words: number): number {
  for (let word = 0; word < words; word += 1) {
    const difference = (a[word] as number) - (b[word] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
