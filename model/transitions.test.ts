import { describe, expect, test } from 'vitest';
import { isFrame } from './events.ts';
import type { ModelEvent, Role } from './events.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { initialState, step } from './step.ts';
import type { ModelState } from './step.ts';
import { examine } from './examine.ts';
import { allGuardOutcomes, allRejections, allTransitions, MESSAGE_TYPES } from './transitions.ts';

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
        'client up.membership.seeking placement [isNewPlacement] → attached',
        'client up.service.serving put',
        'client up.service.serving always [canWriteQueued]',
        'client up.service.leaving always [canWrite] → left',
        'client up * [isFrame]',
      ]),
    );
  });
});

describe('allGuardOutcomes', () => {
  test.each(ROLES)('%s: two for each transition with a guard, and none for others', (role) => {
    const guarded = allTransitions(role).filter((id) => id.includes('['));
    const outcomes = allGuardOutcomes(role);
    expect(outcomes).toHaveLength(2 * guarded.length);
    for (const id of guarded)
      expect(outcomes).toEqual(expect.arrayContaining([`${id}: true`, `${id}: false`]));
  });
});

describe('allRejections', () => {
  const of = (role: Role, type: string) =>
    allRejections(role)
      .filter((id) => id.startsWith(`${role} up ${type}: `))
      .map((id) => id.split(': ')[1]);

  test('each kind with the causes that are possible for it', () => {
    for (const role of ROLES)
      for (const type of MESSAGE_TYPES) expect(of(role, type).length, `${role} ${type}`).toBeGreaterThan(0);
    // No state of a router listens to joins, every state to data, and only the one that collects to EOE.
    expect(of('router', 'join')).toEqual(['not listed']);
    expect(of('router', 'data')).toEqual(['no guard holds']);
    expect(of('router', 'eoe')).toEqual(['no guard holds', 'not listed']);
    // One region listens in all of its states, or another one in some.
    expect(of('client', 'sync')).toEqual(['no guard holds']);
    expect(of('client', 'join-refused')).toEqual(['no guard holds', 'not listed']);
  });

  test('kinds of messages are messages', () => {
    expect(MESSAGE_TYPES).toHaveLength(19);
    for (const type of MESSAGE_TYPES)
      expect(isFrame({ type, node: 'c1' } as unknown as ModelEvent)).toBe(true);
  });
});

describe('examine', () => {
  const off = initialState('client', 'c1', DEFAULT_PARAMETERS);
  const joining = stepped(off, start);
  const taken = (state: ModelState, event: ModelEvent) => examine(state, event).taken;

  test('says which branch an event takes, and what follows without an event', () => {
    expect(taken(off, start)).toEqual(['client off start [storageIsEmpty] → up.writing.ready']);
    expect(taken(joining, placement)).toEqual([
      'client up.membership.seeking placement [isNewPlacement] → attached',
    ]);
    expect(taken(joining, { type: 'put' })).toEqual(['client up.service.serving put [queueHasRoom]']);
    const queued = stepped(stepped(joining, { type: 'put' }), { type: 'put' });
    expect(taken(queued, placement)).toEqual([
      'client up.membership.seeking placement [isNewPlacement] → attached',
      'client up.service.serving always [canWriteQueued]',
    ]);
  });

  test('a rejection is a transition, doing nothing is none, and so is what is impossible', () => {
    expect(taken(joining, { type: 'garbage', reason: 'test' })).toEqual(['client up * [isFrame]']);
    expect(taken(off, { type: 'put' })).toEqual([]);
    expect(examine(off, { type: 'crash' })).toEqual({
      result: { notAllowed: expect.stringContaining('does not run') },
      taken: [],
      guards: [],
      rejection: undefined,
    });
  });

  test('says what the guards said that were asked, and only those', () => {
    expect(examine(joining, { type: 'put' }).guards).toEqual([
      'client up.service.serving put [canWrite]: false',
      'client up.service.serving put [queueHasRoom]: true',
      'client up.service.serving always [canWriteQueued]: false',
    ]);
    expect(examine(joining, { ...placement, birth: 2 }).guards).toEqual([
      'client up.membership.seeking placement [isNewPlacement] → attached: false',
      'client up.subscription.told placement [showsOtherInterest] → telling: false',
      'client up placement [isInstalledPlacement]: false',
      'client up placement [isSplitView]: false',
      'client up * [isFrame]: true',
      'client up.service.serving always [canWriteQueued]: false',
    ]);
  });

  test('says what was rejected and why', () => {
    const rejection = (state: ModelState, event: ModelEvent) => examine(state, event).rejection;
    expect(rejection(joining, { ...placement, birth: 2 })).toBe('client up placement: no guard holds');
    expect(rejection(joining, { type: 'garbage', reason: 'test' })).toBe('client up garbage: not listed');
    expect(rejection(joining, placement)).toBeUndefined();
    expect(rejection(joining, { type: 'put' })).toBeUndefined();
    // Attached, a client that writes listens to no refusal.
    const attached = stepped(joining, placement);
    const refused: ModelEvent = {
      type: 'join-refused',
      node: 'c1',
      birth: 1,
      attempt: 1,
      why: 'pending',
      known: 1,
    };
    expect(rejection(attached, refused)).toBe('client up join-refused: no guard holds');
    const left = stepped(attached, { type: 'leave' });
    expect(examine(left, placement).taken).toEqual(['client left * [isFrame]']);
    expect(rejection(left, placement)).toBeUndefined();
  });

  test('takes the same step as step()', () => {
    for (const event of [start, placement, { type: 'put' }] as const)
      for (const state of [off, joining]) expect(examine(state, event).result).toEqual(step(state, event));
  });
});
