import { describe, expect, test } from 'vitest';
import { and, createMachine, not } from 'xstate';
import { chartOf, reactionText, statesOf } from './chart.ts';
import { mermaidOf, wrapReaction } from './chart-text.ts';
import { svgOf } from './chart-svg.ts';

/** Has nesting, regions, a merge of events, a wildcard, a reentry, entry actions, a final state and a parent's arrow. */
const machine = createMachine({
  id: 'lamp',
  initial: 'off',
  on: { stop: '.broken' },
  states: {
    off: {
      on: {
        jump: '#lamp.on.fan.turning',
        push: { target: 'on', guard: 'hasPower', actions: ['count', { type: 'note', params: { n: 1 } }] },
      },
    },
    on: {
      type: 'parallel',
      entry: 'hum',
      on: { push: 'off', pull: 'off', cut: { target: 'off', actions: 'spark' }, '*': { actions: 'reject' } },
      states: {
        light: {
          initial: 'dim',
          states: {
            dim: { on: { turn: { target: 'bright', guard: and(['isSlow', not('isOld')]) } } },
            bright: { on: { turn: 'dim', again: { target: 'bright', reenter: true } } },
          },
        },
        fan: {
          initial: 'still',
          states: { still: { on: { 'wind.*': 'turning' } }, turning: { after: { 500: 'still' } } },
        },
      },
    },
    broken: { type: 'final' },
  },
});

describe('chartOf', () => {
  const chart = chartOf(machine, 'Lamp');
  const edge = (from: string, to: string): string[] =>
    chart.edges.find((one) => one.from === from && one.to === to)?.reactions.map(reactionText) ?? [];

  test('has every state, nested as in the machine', () => {
    expect(statesOf(chart.root).map((state) => `${state.id} ${state.kind}`)).toEqual([
      'lamp compound',
      'lamp_off atomic',
      'lamp_on parallel',
      'lamp_on_light compound',
      'lamp_on_light_dim atomic',
      'lamp_on_light_bright atomic',
      'lamp_on_fan compound',
      'lamp_on_fan_still atomic',
      'lamp_on_fan_turning atomic',
      'lamp_broken final',
    ]);
    expect(chart.root.initial).toBe('lamp_off');
  });

  test('says guards, actions, delays and wildcards in words', () => {
    expect(edge('lamp_off', 'lamp_on')).toEqual(['jump → turning', 'push [hasPower] / count, note(1)']);
    expect(edge('lamp_on_light_dim', 'lamp_on_light_bright')).toEqual(['turn [(isSlow and not isOld)]']);
    expect(edge('lamp_on_fan_still', 'lamp_on_fan_turning')).toEqual(['any wind']);
    expect(edge('lamp_on_fan_turning', 'lamp_on_fan_still')).toEqual(['after 500']);
    expect(edge('lamp', 'lamp_broken')).toEqual(['stop']);
  });

  test('merges events that do the same and keeps reentry apart from staying', () => {
    expect(edge('lamp_on', 'lamp_off')).toEqual(['push | pull', 'cut / spark']);
    expect(edge('lamp_on_light_bright', 'lamp_on_light_bright')).toEqual(['again']);
    const on = statesOf(chart.root).find((state) => state.id === 'lamp_on');
    expect(on?.internal.map(reactionText)).toEqual(['anything else / reject']);
    expect(on?.entry).toEqual(['hum']);
  });

  test('Mermaid text nests states and parts regions', () => {
    expect(mermaidOf(chart)).toMatchInlineSnapshot(`
      "---
      title: Lamp
      ---
      stateDiagram-v2
        [*] --> lamp_off
        state "off" as lamp_off
        state "on" as lamp_on {
          state "in every state" as lamp_on__always
          lamp_on__always : entry / hum
          lamp_on__always : anything else / reject
          --
          state "light" as lamp_on_light {
            [*] --> lamp_on_light_dim
            state "dim" as lamp_on_light_dim
            state "bright" as lamp_on_light_bright
          }
          --
          state "fan" as lamp_on_fan {
            [*] --> lamp_on_fan_still
            state "still" as lamp_on_fan_still
            state "turning" as lamp_on_fan_turning
          }
        }
        state "broken" as lamp_broken
        lamp_broken : stop
        lamp_off --> lamp_broken : stop
        lamp_on --> lamp_broken : stop
        lamp_off --> lamp_on : jump → turning<br/>push [hasPower] / count, note(1)
        lamp_on --> lamp_off : push | pull<br/>cut / spark
        lamp_on_light_dim --> lamp_on_light_bright : turn [(isSlow and not isOld)]
        lamp_on_light_bright --> lamp_on_light_dim : turn
        lamp_on_light_bright --> lamp_on_light_bright : again
        lamp_on_fan_still --> lamp_on_fan_turning : any wind
        lamp_on_fan_turning --> lamp_on_fan_still : after 500
      "
    `);
  });

  test('the picture is the same every time and holds every label', async () => {
    const svg = await svgOf(chart);
    expect(await svgOf(chart)).toBe(svg);
    for (const label of [
      'Lamp',
      'dim',
      'turning',
      'push [hasPower] / count, note(1)',
      'anything else / reject',
    ])
      expect(svg).toContain(`>${label}<`);
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});

test('long reactions wrap between words and are indented', () => {
  const reaction = { events: ['alpha', 'beta'], guard: 'isGamma', actions: ['delta', 'epsilon'] };
  expect(wrapReaction(reaction, 20)).toEqual(['alpha | beta', '  [isGamma] / delta,', '  epsilon']);
});
