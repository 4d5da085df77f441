/** The random walk through the kit's own world: no monitor, no digest, no trace. */
import { World, type Move, type Subject } from '../engine/index.ts';
import type { Command, Report } from '../properties/reading.ts';
import type { TreeScenario } from '../properties/scenario.ts';
import { clientsOf } from '../properties/workload.ts';
import { dice, drawMove, ELAPSE_MS_MAX, KEYS, LAST_MS, type WalkEnd, type WalkPlan } from './walk.ts';

const FAIR = { kind: 'fair', phase: 'schedule' } as const;

/** A walk, and the schedule that it took. */
export interface KitWalk<Frame> extends WalkEnd {
  readonly schedule: readonly Move<Command>[];
  readonly world: World<Frame, Command, Report, TreeScenario>;
}

/** Walks once. */
export function walkByKit<Frame>(
  subject: Subject<Frame, Command, Report, TreeScenario>,
  scenario: TreeScenario,
  { seed, moves, tag }: WalkPlan,
): KitWalk<Frame> {
  const draw = dice(seed);
  const clients = clientsOf(scenario);
  const schedule: Move<Command>[] = [];
  const world = new World<Frame, Command, Report, TreeScenario>(subject, scenario);
  const next = (): Move<Command> => {
    const kind = drawMove(draw);
    const { inFlight } = world;
    const packet = kind === 'deliver' || kind === 'lose' ? inFlight[draw(inFlight.length || 1)] : undefined;
    if (packet !== undefined) return { move: kind === 'deliver' ? 'deliver' : 'drop', message: packet.id };
    if (kind !== 'put') return { move: 'elapse', ms: 1 + draw(ELAPSE_MS_MAX) };
    const node = clients[draw(clients.length)] ?? '';
    const key = `key${String(draw(KEYS))}`;
    return {
      move: 'command',
      node,
      command: { type: 'put', key, value: `${tag} ${String(schedule.length)}` },
    };
  };
  world.startAll(FAIR);
  world.elapse(scenario.prologueMs, FAIR);
  for (let index = 0; index < moves; index += 1) {
    const move = next();
    schedule.push(move);
    world.apply(move, { kind: 'move', index, move });
  }
  world.elapse(LAST_MS, FAIR);
  return { steps: world.steps, schedule, world };
}
