import { describe, expect, test } from 'vitest';
import { isMessage } from './plugin.ts';

type Path = Parameters<typeof isMessage>[0];

/** A text inside of these nodes, the outermost first; `key` is where in its parent each stands. */
function textIn(...around: readonly { readonly node: Path['node']; readonly key?: string | number }[]): Path {
  let parentPath: Path | null = null;
  for (const { node, key = 'body' } of around) parentPath = { node, key, parentPath };
  const last = around.at(-1);
  return { node: { type: 'StringLiteral' }, key: last?.key ?? 'argument', parentPath };
}

const method = (name: string) => ({ node: { type: 'ClassMethod', key: { name } } });
const returned = { node: { type: 'ReturnStatement' }, key: 'argument' };
const call = (name: string) => ({ type: 'CallExpression', callee: { type: 'Identifier', name } });

describe('left out is a text', () => {
  test.each([
    [
      'of an error',
      textIn({ node: { type: 'NewExpression', callee: { type: 'Identifier', name: 'FrameError' } } }),
    ],
    ['of a rejection', textIn({ node: call('reject') })],
    ['that says what is wrong', textIn({ node: call('where'), key: 2 })],
    ['that a method says why with', textIn(method('objectionTo'), returned)],
    ['that names a kind of error', textIn({ node: { type: 'ClassProperty', key: { name: 'name' } } })],
  ])('%s', (_, path) => {
    expect(isMessage(path)).toBe(true);
  });
});

describe('judged is a text', () => {
  test.each([
    ['that another method returns', textIn(method('nextPending'), returned)],
    ['in what else is said to a function', textIn({ node: call('where'), key: 1 })],
    [
      'that a condition compares with',
      textIn(method('open'), returned, { node: { type: 'BinaryExpression' }, key: 'test' }),
    ],
    ['of another property', textIn({ node: { type: 'ClassProperty', key: { name: 'state' } } })],
  ])('%s', (_, path) => {
    expect(isMessage(path)).toBe(false);
  });
});
