import { describe, expect, test } from 'vitest';
import type { ModelEvent, Role } from './events.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { initialState, step } from './step.ts';
import type { ModelState } from './step.ts';
import { allTransitions, transitionsTaken } from './transitions.ts';

const ROLES: readonly Role[] = ['coordinator', 'router', 'client'];

function stepped(state: ModelState, event: ModelEvent): ModelState {
  const result = step(state, event);
  if ('notAllowed' in result) throw new Error(result.notAllowed);
  return result.state;
}

const start: ModelEvent = { type: 'start', birth: 1, memory: null };
const placement: ModelEvent = {
  type: 'placement',
  node: 'c1',
  incarnation: 1,
  birth: 1,
  version: 1,
  level: 1,
  parent: { node: 'C', incarnation: 1, link: 1 },
  children: [],
};

describe('allTransitions', () => {
  test.each(ROLES)('%s: no two have the same id, and the ids are sorted', (role) => {
    const ids = allTransitions(role);
    expect(ids.length).toBeGreaterThan(20);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([...ids].toSorted((a, b) => (a < b ? -1 : 1)));
    for (const id of ids) expect(id.startsWith(`${role} `)).toBe(true);
  });

  test('ids are readable', () => {
    expect(allTransitions('client')).toEqual(
      expect.arrayContaining([
        'client up.membership.joining placement [isNewPlacement] → attached',
        'client up.service.serving put',
        'client up.service.serving always [canWriteQueued]',
        'client up.service.leaving always [canWrite] → left',
        'client up * [isFrame]',
      ]),
    );
  });
});

describe('transitionsTaken', () => {
  const off = initialState('client', 'c1', DEFAULT_PARAMETERS);
  const joining = stepped(off, start);

  test('says which branch an event takes, and what follows without an event', () => {
    expect(transitionsTaken(off, start)).toEqual(['client off start [storageIsEmpty] → up.writing.ready']);
    expect(transitionsTaken(joining, placement)).toEqual([
      'client up.membership.joining placement [isNewPlacement] → attached',
    ]);
    expect(transitionsTaken(joining, { type: 'put' })).toEqual([
      'client up.service.serving put [queueHasRoom]',
    ]);
    const queued = stepped(stepped(joining, { type: 'put' }), { type: 'put' });
    expect(transitionsTaken(queued, placement)).toEqual([
      'client up.membership.joining placement [isNewPlacement] → attached',
      'client up.service.serving always [canWriteQueued]',
    ]);
  });

  test('a rejection is one, doing nothing is none, and so is what is impossible', () => {
    expect(transitionsTaken(joining, { type: 'garbage', reason: 'test' })).toEqual(['client up * [isFrame]']);
    expect(transitionsTaken(off, { type: 'put' })).toEqual([]);
    expect(transitionsTaken(off, { type: 'crash' })).toEqual([]);
  });
});
