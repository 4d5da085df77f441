/** What is done after the schedules of a scope that its statecharts know nothing of: forged messages, keys that were taken, rotations. */
import type { Attack, Schedule } from '../engine/index.ts';
import { formed } from '../properties/exhaust/forming.ts';
import type { Scope } from '../properties/exhaust/scopes.ts';
import type { Command } from '../properties/index.ts';

/** What a forged message did to a client shows in what it writes next: to a statechart it does nothing, so no shortest way has both. */
export function putAfterForgery(schedule: Schedule<Command>): readonly Schedule<Command>[] {
  const last = schedule.at(-1);
  const attack =
    last?.move === 'attack' ? (last.attack as { readonly kind: string; readonly to?: string }) : undefined;
  if (attack?.kind !== 'forge' || attack.to?.startsWith('c') !== true) return [];
  const command = { type: 'put', key: 'k', value: 'after' } as const;
  return [[...schedule, { move: 'command', node: attack.to, command }]];
}

/** A router that goes on greeting and passes on nothing, from the beginning. */
export function withRouterThatWithholds(schedule: Schedule<Command>): readonly Schedule<Command>[] {
  const attack = {
    kind: 'withhold',
    by: 'router(r1)',
    standing: 'begins',
    what: 'all-but-greetings',
  } as const;
  return [[{ move: 'attack', attack }, ...schedule]];
}

/** Uses of the keys of a writer that was taken over, one after the other, at most; and moves with all that is before them. */
const USES = 2;
const MOVES = 4;

/** Other records in place of a client's first one and after it, stamped soon after it or as late as can be; and accusations by records that it made. */
export function usesOfKeys(scope: Scope): (schedule: Schedule<Command>) => readonly Schedule<Command>[] {
  const { locals } = formed(scope);
  return (schedule) => {
    const put = schedule.find((move) => move.move === 'command');
    if (put?.move !== 'command') return [];
    const client = put.node;
    const { state } = locals[scope.scenario.nodes.indexOf(client)] ?? {};
    if (state === undefined || state.role === 'coordinator' || state.context.parent === null) return [];
    const to = state.context.parent.node;
    const first = `${client}>${to} data #1`;
    // A router has passed it on: what is made of that copy needs no other.
    const copies = to === 'C' ? [first] : [first, `${to}>C data #1`];
    const ways: Schedule<Command>[] = [];
    let before: readonly Schedule<Command>[] = [schedule];
    for (let serial = 1; serial <= Math.min(USES, MOVES - schedule.length); serial += 1) {
      const common = { by: `writer(${client})`, to, serial, message: first } as const;
      const written = copies.flatMap((message) =>
        STEPS.flatMap((step) =>
          LEADS.map((lead): Attack => ({ ...common, kind: 'write', message, step, lead, salt: 0 })),
        ),
      );
      const accused = [`${client}>${to} data #2`, `${client}>${to} data ~1`].map((other): Attack => ({
        ...common,
        kind: 'accuse',
        other,
      }));
      before = before.flatMap((begun) =>
        [...written, ...accused].map((attack): Schedule<Command> => [...begun, { move: 'attack', attack }]),
      );
      ways.push(...before);
    }
    // Who comes back after that was not there.
    const crashed = schedule.find((move) => move.move === 'crash');
    if (crashed?.move !== 'crash') return ways;
    const restart = { move: 'restart', node: crashed.node, memory: 'durable' } as const;
    return [...ways, ...ways.filter((way) => way.length < MOVES).map((way) => [...way, restart])];
  };
}

/** In its place, and after it. */
const STEPS = [0, 1] as const;
const LEADS = [1, 'end'] as const;

/**
 * Placements that the coordinator did not make, signed with its keys, as the first moves: a node below another parent, under one of the
 * first versions; and two nodes of which one is told that the other is its neighbour.
 */
export function contradictions(scope: Scope): (schedule: Schedule<Command>) => readonly Schedule<Command>[] {
  const { nodes } = scope.scenario;
  const placed = formed(scope).locals.flatMap(({ state }, at) =>
    state.role === 'coordinator' || state.context.parent === null
      ? []
      : [{ node: nodes[at] ?? '', role: state.role, parent: state.context.parent.node }],
  );
  const routers = placed.filter(({ role }) => role === 'router').map(({ node }) => node);
  const place = (node: string, fields: Partial<Attack>): Attack => ({
    kind: 'place',
    by: 'coordinator(C)',
    message: `C>${node} placement #1`,
    ...fields,
  });
  const one = placed.flatMap(({ node, parent }) =>
    ['C', ...routers]
      .filter((other) => other !== node && other !== parent)
      .flatMap((other) =>
        placed.map((_, at): Attack => place(node, { version: at + 1, parent: other, link: at + 1 })),
      ),
  );
  const two = placed.flatMap(({ node, parent }) =>
    routers
      .filter((router) => router !== node)
      .flatMap((router): readonly (readonly Attack[])[] => {
        const version = AHEAD;
        const child = place(router, { version, without: [node], child: node, link: version });
        const elsewhere = place(node, {
          version,
          ...(parent === router ? { parent: 'C', link: version } : {}),
        });
        return [[child, elsewhere]];
      }),
  );
  const attacks = [...one.map((attack) => [attack]), ...two];
  // With nothing before: what else happens makes no difference to what is signed.
  return (schedule) =>
    schedule.length > 0
      ? []
      : attacks.map((some) => some.map((attack) => ({ move: 'attack', attack }) as const));
}

/** A version that the coordinator itself does not come to. */
const AHEAD = 1000;

/** After a schedule of one move or none, a rotation, which expels nobody or a client; and then time for an epoch, and a put. */
export function rotations({
  scenario,
}: Scope): (schedule: Schedule<Command>) => readonly Schedule<Command>[] {
  const clients = scenario.nodes.filter((node) => node.startsWith('c'));
  const { epochMs } = scenario.parameters;
  return (schedule) => {
    if (schedule.length > 1) return [];
    const rotated = [undefined, ...clients].map((expel): Schedule<Command> => [
      ...schedule,
      { move: 'command', node: 'C', command: { type: 'rotate', ...(expel === undefined ? {} : { expel }) } },
    ]);
    const putLater = rotated.flatMap((way) =>
      clients.map((node): Schedule<Command> => [
        ...way,
        { move: 'elapse', ms: epochMs },
        { move: 'command', node, command: { type: 'put', key: 'k', value: 'after' } },
      ]),
    );
    return [...rotated, ...putLater];
  };
}
