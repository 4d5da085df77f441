/** Plainer moves, and moves for a scenario with fewer nodes: what shrinking tries besides leaving out moves. */
import type { BaseScenario } from './subject.ts';
import type { Attack, Move, Schedule } from './move.ts';
import type { Simpler, SimplerScenario } from './harness.ts';

/** Round spans of time, milliseconds. */
const SPANS_MS = [1, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/** The schedule with all commands, or only the one at `only`, as plain as can be; undefined if they are. */
export function withPlainCommands<C, S extends BaseScenario>(
  schedule: Schedule<C>,
  simpler: Simpler<C, S> | undefined,
  only?: number,
): Schedule<C> | undefined {
  let number = 0;
  let isChanged = false;
  const plain = schedule.map((move, at): Move<C> => {
    if (move.move !== 'command') return move;
    number += 1;
    if (only !== undefined && only !== at) return move;
    const command = simpler?.command(move.command, number);
    if (command === undefined) return move;
    isChanged = true;
    return { ...move, command };
  });
  return isChanged ? plain : undefined;
}

/** Moves that do less, or the same more plainly; the plainest first. */
export function simplerThan<C, S extends BaseScenario>(
  move: Move<C>,
  simpler: Simpler<C, S> | undefined,
): readonly Move<C>[] {
  switch (move.move) {
    case 'elapse': {
      const { ms } = move;
      const shorter = [...SPANS_MS, Math.floor(ms / 2)].filter((less) => less > 0 && less < ms);
      const candidates = new Set([...shorter, ...rounded(ms, 1), ...rounded(ms, 2)]);
      return Array.from(candidates, (plainer) => ({ move: 'elapse', ms: plainer }));
    }
    case 'restart': {
      if (move.memory === 'durable') return [];
      const durable: Move<C> = { ...move, memory: 'durable' };
      if (move.memory === 'amnesiac') return [durable];
      const { back } = move.memory;
      return back > 1 ? [durable, { ...move, memory: { back: back - 1 } }] : [durable];
    }
    case 'partition': {
      const plainer: Move<C>[] = [];
      if (move.way === 'both')
        plainer.push({ ...move, way: 'one-way' }, { ...move, from: move.to, to: move.from, way: 'one-way' });
      if (move.from.length > 1)
        plainer.push(...move.from.map((_, at): Move<C> => ({ ...move, from: move.from.toSpliced(at, 1) })));
      if (move.to.length > 1)
        plainer.push(...move.to.map((_, at): Move<C> => ({ ...move, to: move.to.toSpliced(at, 1) })));
      return plainer;
    }
    case 'attack':
      return (simpler?.attacks(move.attack) ?? []).map((attack) => ({ ...move, attack }));
    case 'command':
    case 'deliver':
    case 'fire':
    case 'drop':
    case 'duplicate':
    case 'clog':
    case 'release':
    case 'heal':
    case 'pause':
    case 'resume':
    case 'skew':
    case 'crash':
      return [];
  }
}

/** Down and up to a number of significant digits; nothing if it has no more of them. */
function rounded(ms: number, digits: number): readonly number[] {
  const unit = 10 ** Math.max(0, String(ms).length - digits);
  return ms % unit === 0 ? [] : [Math.floor(ms / unit) * unit, Math.ceil(ms / unit) * unit];
}

/** Nodes that a schedule names, in moves of their own or in identities of messages. Words of commands don't count. */
export function nodesNamed<C>(schedule: Schedule<C>, nodes: readonly string[]): ReadonlySet<string> {
  const named = new Set<string>();
  for (const move of schedule)
    for (const text of textsOf(move)) for (const word of text.match(WORD) ?? []) named.add(word);
  return new Set(nodes.filter((node) => named.has(node)));
}

/** The schedule in a scenario with fewer or renamed nodes, without what names a node that is gone. */
export function adaptedTo<C, S extends BaseScenario>(
  schedule: Schedule<C>,
  before: S,
  { scenario, renamed = {} }: SimplerScenario<S>,
): Schedule<C> {
  const kept = (node: string): boolean => node in renamed || scenario.nodes.includes(renamed[node] ?? node);
  const taken = new Set(Object.values(renamed));
  // A name that was given to another node is not the old node's any more.
  const gone = new Set(before.nodes.filter((node) => !kept(node) || (taken.has(node) && !(node in renamed))));
  return schedule.flatMap((move): Move<C>[] => {
    const fitting: Move<C> | undefined = move.move === 'partition' ? withoutNodes(move, gone) : move;
    if (fitting === undefined) return [];
    const names = textsOf(fitting).flatMap((text) => text.match(WORD) ?? []);
    return names.some((name) => gone.has(name)) ? [] : [renamedIn<C>(fitting, renamed)];
  });
}

/** Names of nodes in identities of messages (`c1>r2 data #1`) and of timers (`suspect:c1`). */
const WORD = /[^\s>:]+/g;

/** All texts of a move that may name nodes. */
function textsOf(move: Move): readonly string[] {
  switch (move.move) {
    case 'partition':
      return [...move.from, ...move.to];
    case 'attack':
      return leavesOf(move.attack);
    case 'command':
      return [move.node];
    default:
      return leavesOf(move);
  }
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

function withoutNodes<C>(
  move: Extract<Move<C>, { move: 'partition' }>,
  gone: ReadonlySet<string>,
): Move<C> | undefined {
  const from = move.from.filter((node) => !gone.has(node));
  const to = move.to.filter((node) => !gone.has(node));
  return from.length === 0 || to.length === 0 ? undefined : { ...move, from, to };
}

function renamedIn<C>(move: Move<C>, renamed: Readonly<Record<string, string>>): Move<C> {
  const rename = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replaceAll(WORD, (word) => renamed[word] ?? word);
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rename(one)]));
  };
  if (move.move === 'command') return { ...move, node: renamed[move.node] ?? move.node };
  if (move.move === 'attack') return { ...move, attack: rename(move.attack) as Attack };
  return rename(move) as Move<C>;
}

/** Two spans of time as one, where the first or the second of them was. */
export function inOneGo<C>(schedule: Schedule<C>, a: number, b: number): readonly Schedule<C>[] {
  const [first, second] = [schedule[a], schedule[b]];
  if (first?.move !== 'elapse' || second?.move !== 'elapse') return [];
  const both: Move<C> = { move: 'elapse', ms: first.ms + second.ms };
  return [schedule.with(a, both).toSpliced(b, 1), schedule.with(b, both).toSpliced(a, 1)];
}
