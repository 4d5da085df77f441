/** What a node has forgotten that starts with an old storage. */
import { memoryOf, type Memory } from '../../model/index.ts';
import type { ObservedRun } from './observe.ts';
import { listed, rangeWords } from './words.ts';

/**
 * The difference in words, as its statechart has it; undefined where that does not tell.
 * @param asOf index of the last step whose writes it still has
 * @param at index of the start
 */
export function lostOf({ steps }: ObservedRun, node: string, asOf: number, at: number): string | undefined {
  const memoryAt = (end: number): Memory | null | undefined => {
    const last = steps.findLast(
      (one) => one.node === node && one.index <= end && one.step.kind === 'reaction',
    );
    if (last === undefined) return null;
    return last.state === undefined ? undefined : memoryOf(last.state);
  };
  const [had, has] = [memoryAt(at - 1), memoryAt(asOf)];
  if (had === undefined || had === null || has === undefined) return undefined;
  const lost = [
    ...(had.incarnation === (has?.incarnation ?? 0)
      ? []
      : [`that it had taken incarnation ${had.incarnation}`]),
    ...recordsLost(had, has),
  ];
  return lost.length === 0 ? undefined : listed(lost);
}

/** Records that it had read, written or logged. */
function recordsLost(had: Memory, has: Memory | null): readonly string[] {
  if (had.kind === 'client') {
    const positions = has?.kind === 'client' ? has.positions : {};
    return Object.entries(had.positions).flatMap(([capsule, seq]) => {
      const before = positions[capsule] ?? 0;
      return seq > before ? [rangeWords(capsule, before + 1, seq)] : [];
    });
  }
  const log = has?.kind === had.kind ? has.log : {};
  return Object.entries(had.log).flatMap(([capsule, seqs]) =>
    seqs.filter((seq) => log[capsule]?.includes(seq) !== true).map((seq) => rangeWords(capsule, seq, seq)),
  );
}
