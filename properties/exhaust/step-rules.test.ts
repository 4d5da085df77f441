import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS, type ModelEvent, type ModelOutput, type ModelState } from '../../model/index.ts';
import { unborn, type ExhaustLocal } from './local.ts';
import { brokenBy } from './step-rules.ts';

/** A router that logged these records of `c1/1`. */
function router(...seqs: readonly number[]): ExhaustLocal {
  const { state, ...rest } = unborn('r1', DEFAULT_PARAMETERS);
  const log = seqs.length === 0 ? {} : { 'c1/1': seqs };
  return { ...rest, state: { ...state, context: { ...state.context, log } } as ModelState };
}

const record = (seq: number) => ({ capsule: 'c1/1', seq });
const data = (seq: number): ModelEvent => ({
  type: 'data',
  from: 'c1',
  to: 'r1',
  link: 1,
  record: record(seq),
});
const sent = (to: string, seq: number): ModelOutput => ({
  kind: 'send',
  to,
  message: { type: 'data', from: 'r1', to, link: 1, record: record(seq) },
});

function propertyOf(
  before: ExhaustLocal,
  event: ModelEvent,
  after: ExhaustLocal,
  outputs: readonly ModelOutput[],
) {
  return brokenBy({ before, event, after, outputs })?.property;
}

describe('rules of one step', () => {
  it('let a router log a new record and send it on', () => {
    expect(propertyOf(router(1), data(2), router(1, 2), [sent('C', 2), sent('c2', 2)])).toBeUndefined();
  });

  it('edge-once: nothing is accepted that is held, or not kept, and nothing is forgotten', () => {
    expect(propertyOf(router(1), data(1), router(1), [])).toBe('edge-once');
    expect(propertyOf(router(1), data(2), router(1), [])).toBe('edge-once');
    expect(propertyOf(router(1, 2), { type: 'timer.heartbeat' }, router(2), [])).toBe('edge-once');
  });

  it('k-plus-one: a record is sent when it is new, to no more than K + 1', () => {
    expect(propertyOf(router(1), { type: 'timer.heartbeat' }, router(1), [sent('C', 1)])).toBe('k-plus-one');
    const copies = ['C', 'c1', 'c2', 'c3'].map((to) => sent(to, 2));
    expect(DEFAULT_PARAMETERS.k + 1).toBeLessThan(copies.length);
    expect(propertyOf(router(1), data(2), router(1, 2), copies)).toBe('k-plus-one');
  });

  it('shard-containment: nothing goes down where nobody wants it, or is taken in by who does not', () => {
    const parameters = { ...DEFAULT_PARAMETERS, shards: 2 };
    const relay = (interest: readonly number[], ...seqs: readonly number[]): ExhaustLocal => {
      const { state, ...rest } = unborn('r1', parameters);
      const children = [{ node: 'c2', link: 1, interest }];
      const context = { ...state.context, children, log: seqs.length === 0 ? {} : { 'c1/1/s1': seqs } };
      return { ...rest, state: { ...state, context } as ModelState };
    };
    const capsule = 'c1/1/s1';
    const down = [{ ...record(1), capsule }].map((one): ModelOutput => ({
      kind: 'send',
      to: 'c2',
      message: { type: 'data', from: 'r1', to: 'c2', link: 1, record: one },
    }));
    const arrives: ModelEvent = { type: 'data', from: 'C', to: 'r1', link: 1, record: { capsule, seq: 1 } };
    expect(propertyOf(relay([1]), arrives, relay([1], 1), down)).toBeUndefined();
    expect(propertyOf(relay([0]), arrives, relay([0], 1), down)).toBe('shard-containment');
    const client = (interest: readonly number[], seq: number): ExhaustLocal => {
      const { state, ...rest } = unborn('c2', parameters);
      const positions = seq === 0 ? {} : { [capsule]: seq };
      return {
        ...rest,
        state: { ...state, context: { ...state.context, interest, positions } } as ModelState,
      };
    };
    expect(propertyOf(client([0, 1], 0), { ...arrives, to: 'c2' }, client([0, 1], 1), [])).toBeUndefined();
    expect(propertyOf(client([0], 0), { ...arrives, to: 'c2' }, client([0], 1), [])).toBe(
      'shard-containment',
    );
  });

  it('rejection-is-inert: what is not authentic is rejected, and changes nothing', () => {
    const garbage: ModelEvent = { type: 'garbage', reason: 'forged' };
    expect(propertyOf(router(1), garbage, router(1), [])).toBe('rejection-is-inert');
    const reject: ModelOutput = { kind: 'reject', reason: 'forged' };
    expect(propertyOf(router(1), garbage, router(1, 2), [reject])).toBe('rejection-is-inert');
    expect(propertyOf(router(1), garbage, router(1), [reject])).toBeUndefined();
  });
});
