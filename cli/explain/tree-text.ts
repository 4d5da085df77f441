/** The tree in characters, root first. */
import type { CommittedTree } from './observe.ts';

/** What lines are drawn with. */
export interface Strokes {
  readonly branch: string;
  readonly last: string;
  readonly down: string;
}

export const UNICODE_STROKES: Strokes = { branch: '├─ ', last: '└─ ', down: '│  ' };
export const ASCII_STROKES: Strokes = { branch: '|- ', last: '`- ', down: '|  ' };

/** One line a place. A node whose parents lead in a circle is not drawn; there is none in a tree that was let through. */
export function treeLines(
  { parents, pending, doubled }: CommittedTree,
  root: string,
  strokes: Strokes = UNICODE_STROKES,
): readonly string[] {
  const childrenOf = (node: string): readonly string[] =>
    [...parents, ...doubled.map(({ child, parent }) => [child, parent] as const)]
      .filter(([, parent]) => parent === node)
      .map(([child]) => child);
  const nameOf = (node: string): string =>
    doubled.some(({ child }) => child === node) ? `${node} (more than once)` : node;
  const below = (node: string, indent: string, seen: ReadonlySet<string>): readonly string[] => {
    const children = childrenOf(node).filter((child) => !seen.has(child));
    return children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      return [
        `${indent}${isLast ? strokes.last : strokes.branch}${nameOf(child)}`,
        ...below(child, `${indent}${isLast ? '   ' : strokes.down}`, new Set([...seen, child])),
      ];
    });
  };
  const lines = [root, ...below(root, '', new Set([root]))];
  return pending.length === 0 ? lines : [...lines, `(without a slot: ${pending.join(', ')})`];
}
