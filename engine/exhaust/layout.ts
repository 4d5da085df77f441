/** Where things are in a packed state. */

/** Bits of a local state in a word of the packed state. */
export const LOCAL_BITS = 16;
export const LOCAL_MASK = 0xffff;

/** Bits of what is spent of a budget: all of them take the place of a local state. */
export const BUDGET_BITS = 4;
export const MAX_BUDGETS = LOCAL_BITS / BUDGET_BITS;
export const MAX_BUDGET = (1 << BUDGET_BITS) - 1;

/** Local states, two a word; what is spent of the budgets, as if it were one more; the network, a bit a message. */
export interface Layout {
  readonly nodes: number;
  readonly networkAt: number;
  readonly networkWords: number;
}

/** The number of the local state of a node. What is spent of the budgets is that of the node after the last. */
export function localIn(state: Int32Array, offset: number, node: number): number {
  return ((state[offset + (node >> 1)] as number) >>> ((node & 1) * LOCAL_BITS)) & LOCAL_MASK;
}

/** Changes the local state of a node. */
export function setLocal(state: Int32Array, node: number, local: number): void {
  const shift = (node & 1) * LOCAL_BITS;
  state[node >> 1] = ((state[node >> 1] as number) & ~(LOCAL_MASK << shift)) | (local << shift);
}

/** How often a budget was used. */
export function spentOf(spent: number, budget: number): number {
  return (spent >>> (budget * BUDGET_BITS)) & MAX_BUDGET;
}

/** Puts a message into a network that begins at `networkAt`. */
export function putIn(state: Int32Array, networkAt: number, message: number): void {
  const word = networkAt + (message >> 5);
  state[word] = (state[word] as number) | (1 << (message & 31));
}

/** Takes a message out of a network. */
export function takeOut(state: Int32Array, networkAt: number, message: number): void {
  const word = networkAt + (message >> 5);
  state[word] = (state[word] as number) & ~(1 << (message & 31));
}

/** Whether one of the messages is in a network that begins at `networkAt`. */
export function isAnyIn(state: Int32Array, networkAt: number, messages: readonly number[]): boolean {
  for (let at = 0; at < messages.length; at += 1) {
    const message = messages[at] as number;
    if (((state[networkAt + (message >> 5)] as number) & (1 << (message & 31))) !== 0) return true;
  }
  return false;
}

/** Messages in flight, by number. */
export function inFlight({ networkAt, networkWords }: Layout, state: Int32Array): readonly number[] {
  const messages: number[] = [];
  for (let word = 0; word < networkWords; word += 1)
    for (let bits = state[networkAt + word] as number; bits !== 0; bits &= bits - 1)
      messages.push((word << 5) + (31 - Math.clz32(bits & -bits)));
  return messages;
}
