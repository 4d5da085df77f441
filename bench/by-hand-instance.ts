/**
 * The yardstick of exhaustive search: the small multicast protocol searched breadth first by code that knows it. States are bit
 * fields in typed arrays; no statecharts, no tables of steps, no engine.
 *
 * A state is a word for the coordinator and the faults, one for each router, one for all clients, and the network, a bit a message.
 */
import { NONE, type InstanceSize } from './instance-charts.ts';

export interface HandCount {
  readonly states: number;
  readonly transitions: number;
  /** Whether all invariants hold in all states. */
  readonly holds: boolean;
}

const CHUNK_BITS = 18;
const CHUNK_STATES = 1 << CHUNK_BITS;
const INDEX_BITS = 27;
const INDEX_MASK = (1 << INDEX_BITS) - 1;

/** Bits of a parent (0 is none, else the node and one), of a counter of data, and of a client. */
const PARENT_BITS = 2;
const SENT_BITS = 3;
const CLIENT_BITS = 8;
const ROUTER_UP = 1;
const ROUTER_PARENT = 1;
const ROUTER_CHILDREN = 3;
const CLIENT_MADE = 1 << 2;
const CLIENT_GOT = 3;

/**
 * Counts by hand.
 * @throws RangeError for a size that does not fit the bit fields
 */
export function searchByHand({ k, routers, clients, multicasts, drops, crashes }: InstanceSize): HandCount {
  const count = 1 + routers + clients;
  const others = count - 1;
  const sentAt = others * PARENT_BITS;
  const dropsAt = sentAt + multicasts * SENT_BITS;
  const crashesAt = dropsAt + 2;
  const routerSentAt = ROUTER_CHILDREN + count;
  if (routers > 2 || clients > 4 || multicasts > 2 || k > 5 || drops > 3 || crashes > 3)
    throw new RangeError('the size does not fit the bit fields');
  const sentMax = k + 1;

  // Messages, numbered.
  const parentsCount = routers + 1;
  const assignAt = others;
  const addAt = assignAt + others * parentsCount;
  const dataAt = addAt + routers * others;
  const dataNumbers = new Int32Array(count * count).fill(-1);
  const dataFrom: number[] = [];
  const dataTo: number[] = [];
  for (let from = 0; from < count; from += 1)
    for (let to = 0; to < count; to += 1) {
      if (from === to || (from > routers && to > routers)) continue;
      dataNumbers[from * count + to] = dataAt + dataFrom.length * multicasts;
      dataFrom.push(from);
      dataTo.push(to);
    }
  const clientsAt = 1 + routers;
  const networkAt = clientsAt + 1;
  const networkWords = Math.ceil((dataAt + dataFrom.length * multicasts) / 32);
  const words = networkAt + networkWords;

  const chunks: Int32Array[] = [];
  let slots = new Uint32Array(1 << 16);
  let mask = slots.length - 1;
  let size = 0;
  let transitions = 0;
  let holds = true;
  const next = new Int32Array(words);

  const hashOf = (state: Int32Array, offset: number): number => {
    let hash = 0x9e3779b9 | 0;
    for (let word = offset; word < offset + words; word += 1) {
      hash = Math.imul(hash ^ (state[word] as number), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  };
  const grow = (): void => {
    slots = new Uint32Array(slots.length * 2);
    mask = slots.length - 1;
    for (let index = 0; index < size; index += 1) {
      const hash = hashOf(chunks[index >>> CHUNK_BITS] as Int32Array, (index & (CHUNK_STATES - 1)) * words);
      let slot = hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = ((hash & ~INDEX_MASK) | (index + 1)) >>> 0;
    }
  };
  const put = (message: number): void => {
    const word = networkAt + (message >> 5);
    next[word] = (next[word] as number) | (1 << (message & 31));
  };
  const add = (): void => {
    transitions += 1;
    const hash = hashOf(next, 0);
    let slot = hash & mask;
    for (;;) {
      const entry = slots[slot] as number;
      if (entry === 0) break;
      if (((entry ^ hash) & ~INDEX_MASK) === 0) {
        const index = (entry & INDEX_MASK) - 1;
        const chunk = chunks[index >>> CHUNK_BITS] as Int32Array;
        const offset = (index & (CHUNK_STATES - 1)) * words;
        let word = 0;
        while (word < words && chunk[offset + word] === next[word]) word += 1;
        if (word === words) return;
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = ((hash & ~INDEX_MASK) | (size + 1)) >>> 0;
    if ((size & (CHUNK_STATES - 1)) === 0) chunks.push(new Int32Array(CHUNK_STATES * words));
    const chunk = chunks[size >>> CHUNK_BITS] as Int32Array;
    const offset = (size & (CHUNK_STATES - 1)) * words;
    for (let word = 0; word < words; word += 1) chunk[offset + word] = next[word] as number;
    size += 1;
    // Nothing is delivered that was not multicast. (Twice it cannot be delivered: there is a bit for once; counters of data are looked at as they rise.)
    const all = next[clientsAt] as number;
    let made = 0;
    let got = 0;
    for (let client = 0; client < clients; client += 1) {
      const bits = all >>> (client * CLIENT_BITS);
      if ((bits & CLIENT_MADE) !== 0) made |= 1 << client;
      got |= (bits >> CLIENT_GOT) & ((1 << multicasts) - 1);
    }
    if ((got & ~made) !== 0) holds = false;
    if (size > slots.length * 0.6) grow();
  };

  /** Sends data from a node to all in a mask but one; `at` is where the word of the node counts it. */
  const flood = (
    from: number,
    to: number,
    except: number,
    multicast: number,
    word: number,
    sentFrom: number,
  ): void => {
    let sent = 0;
    for (let node = 0; node < count; node += 1) {
      if (node === except || (to & (1 << node)) === 0) continue;
      put((dataNumbers[from * count + node] as number) + multicast);
      sent += 1;
    }
    const shift = sentFrom + multicast * SENT_BITS;
    const before = ((next[word] as number) >>> shift) & ((1 << SENT_BITS) - 1);
    if (before + sent > sentMax) holds = false;
    next[word] = (next[word] as number) + (sent << shift);
  };

  const childrenOf = (registry: number, parent: number): number => {
    let children = 0;
    for (let node = 1; node < count; node += 1)
      if (((registry >>> ((node - 1) * PARENT_BITS)) & 3) === parent + 1) children += 1;
    return children;
  };
  const placeOf = (registry: number, node: number): number => {
    const isRouter = node <= routers;
    if (isRouter && childrenOf(registry, 0) < k) return 0;
    let best = NONE;
    let bestCount = k;
    let hasRouter = false;
    for (let router = 1; router <= routers; router += 1) {
      if (((registry >>> ((router - 1) * PARENT_BITS)) & 3) === 0) continue;
      hasRouter = true;
      const children = childrenOf(registry, router);
      if (router === node || children >= bestCount) continue;
      best = router;
      bestCount = children;
    }
    if (best === NONE && !isRouter && !hasRouter && childrenOf(registry, 0) < k) return 0;
    return best;
  };

  for (let message = 0; message < others; message += 1) put(message);
  for (let router = 1; router <= routers; router += 1) next[router] = ROUTER_UP;
  add();
  transitions = 0;

  for (let index = 0; index < size; index += 1) {
    const chunk = chunks[index >>> CHUNK_BITS] as Int32Array;
    const offset = (index & (CHUNK_STATES - 1)) * words;
    const coordinator = chunk[offset] as number;
    const allClients = chunk[offset + clientsAt] as number;
    const mayDrop = ((coordinator >>> dropsAt) & 3) < drops;
    const mayCrash = ((coordinator >>> crashesAt) & 3) < crashes;

    for (let word = 0; word < networkWords; word += 1) {
      for (let bits = chunk[offset + networkAt + word] as number; bits !== 0; bits &= bits - 1) {
        const bit = bits & -bits;
        const message = (word << 5) + (31 - Math.clz32(bit));
        for (let at = 0; at < words; at += 1) next[at] = chunk[offset + at] as number;
        next[networkAt + word] = (next[networkAt + word] as number) & ~bit;
        if (mayDrop) {
          next[0] = coordinator + (1 << dropsAt);
          add();
          next[0] = coordinator;
        }
        if (message < assignAt) {
          const node = message + 1;
          const parent = placeOf(coordinator, node);
          if (parent === NONE) continue;
          next[0] = coordinator | ((parent + 1) << ((node - 1) * PARENT_BITS));
          put(assignAt + (node - 1) * parentsCount + parent);
          if (parent > 0) put(addAt + (parent - 1) * others + node - 1);
        } else if (message < addAt) {
          const node = Math.floor((message - assignAt) / parentsCount) + 1;
          const parent = (message - assignAt) % parentsCount;
          if (node <= routers) {
            if (((next[node] as number) & ROUTER_UP) !== 0)
              next[node] = ((next[node] as number) & ~(3 << ROUTER_PARENT)) | ((parent + 1) << ROUTER_PARENT);
          } else {
            const shift = (node - routers - 1) * CLIENT_BITS;
            next[clientsAt] = (allClients & ~(3 << shift)) | ((parent + 1) << shift);
          }
        } else if (message < dataAt) {
          const router = Math.floor((message - addAt) / others) + 1;
          const child = ((message - addAt) % others) + 1;
          if (((next[router] as number) & ROUTER_UP) !== 0)
            next[router] = (next[router] as number) | (1 << (ROUTER_CHILDREN + child));
        } else {
          const pair = Math.floor((message - dataAt) / multicasts);
          const multicast = (message - dataAt) % multicasts;
          const from = dataFrom[pair] as number;
          const to = dataTo[pair] as number;
          if (to === 0) {
            if (((coordinator >>> ((from - 1) * PARENT_BITS)) & 3) === 1) {
              let children = 0;
              for (let node = 1; node < count; node += 1)
                if (((coordinator >>> ((node - 1) * PARENT_BITS)) & 3) === 1) children |= 1 << node;
              flood(0, children, from, multicast, 0, sentAt);
            }
          } else if (to <= routers) {
            const router = chunk[offset + to] as number;
            const parent = (router >> ROUTER_PARENT) & 3;
            const children = (router >> ROUTER_CHILDREN) & ((1 << count) - 1);
            const neighbours = children | (parent > 0 ? 1 << (parent - 1) : 0);
            if ((router & ROUTER_UP) !== 0 && (neighbours & (1 << from)) !== 0)
              flood(to, neighbours, from, multicast, to, routerSentAt);
          } else {
            const client = to - routers - 1;
            const mine = allClients >>> (client * CLIENT_BITS);
            if ((mine & 3) === from + 1 && client !== multicast)
              next[clientsAt] = allClients | (1 << (client * CLIENT_BITS + CLIENT_GOT + multicast));
          }
        }
        add();
      }
    }
    for (let router = 1; mayCrash && router <= routers; router += 1) {
      const before = chunk[offset + router] as number;
      if ((before & ROUTER_UP) === 0) continue;
      for (let at = 0; at < words; at += 1) next[at] = chunk[offset + at] as number;
      next[0] = coordinator + (1 << crashesAt);
      next[router] = (before >>> routerSentAt) << routerSentAt;
      add();
    }
    for (let client = 0; client < multicasts; client += 1) {
      const mine = allClients >>> (client * CLIENT_BITS);
      if ((mine & 3) === 0 || (mine & CLIENT_MADE) !== 0) continue;
      for (let at = 0; at < words; at += 1) next[at] = chunk[offset + at] as number;
      next[clientsAt] = allClients | (CLIENT_MADE << (client * CLIENT_BITS));
      put((dataNumbers[(routers + 1 + client) * count + (mine & 3) - 1] as number) + client);
      add();
    }
  }
  return { states: size, transitions, holds };
}
