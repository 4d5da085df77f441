/** What shrinking may try for a subject that has numbers of its own. */
import type { Simpler } from '../../engine/index.ts';
import type { Command } from '../reading.ts';
import type { TreeScenario } from '../scenario.ts';
import { SIMPLER } from '../simpler.ts';

/**
 * As for the reference, but all scenarios are made the subject's own by `fit`, which changes nothing about those that are. What is
 * simpler in numbers only is no simpler to it.
 */
export function simplerWith(fit: (scenario: TreeScenario) => TreeScenario): Simpler<Command, TreeScenario> {
  return {
    ...SIMPLER,
    *scenarios(scenario, named) {
      for (const simpler of SIMPLER.scenarios(scenario, named)) {
        const fitting = fit(simpler.scenario);
        if (textOf(fitting) !== textOf(scenario)) yield { ...simpler, scenario: fitting };
      }
    },
    smallest: (scenario) => SIMPLER.smallest(scenario).map(fit),
  };
}

/** The scenario but for its name. */
function textOf(scenario: TreeScenario): string {
  return JSON.stringify({ ...scenario, name: '' });
}
