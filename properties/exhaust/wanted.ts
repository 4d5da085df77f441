/** What must happen once faults have ended: everybody has its place, and everybody has everything. */
import type { Compiled } from '../../engine/exhaust/compiled.ts';
import { isWanted, type Interest } from '../../model/index.ts';
import { ROOT } from '../scenario.ts';
import { isUp, storageOf, type ExhaustLocal, type ExhaustMessage } from './local.ts';

/** What is not as it must be, by the property that says so; undefined if all is. */
export function missingIn(locals: readonly ExhaustLocal[]): { property: string; text: string } | undefined {
  const alive = locals.filter(isUp);
  const root = alive.find(({ state }) => state.node === ROOT);
  if (root?.state.role !== 'coordinator') return { property: 'reattachment', text: `${ROOT} is down` };
  const { places, pending, awaited } = root.state.context;
  const names = alive.map(({ state }) => state.node);
  const placed: ExhaustLocal[] = [];
  for (const local of alive) {
    const { state } = local;
    if (state.role === 'coordinator') continue;
    const { node } = state;
    if (pending.includes(node) && JSON.stringify(state.value).includes('pending')) continue;
    const { parent } = state.context;
    const place = places[node];
    const isPlaced =
      JSON.stringify(state.value).includes('attached') &&
      parent !== null &&
      names.includes(parent.node) &&
      place?.parent === parent.node &&
      place.link === parent.link;
    if (!isPlaced) return { property: 'reattachment', text: `${node} has no live parent` };
    placed.push(local);
  }
  const dead = Object.keys(places).find((node) => !names.includes(node));
  if (dead !== undefined) return { property: 'reattachment', text: `${dead} is dead and has a place` };
  const clients = placed.filter(({ state }) => state.role === 'client');
  for (const writer of clients)
    for (const [capsule, seq] of Object.entries(positionsOf(writer)))
      for (const reader of clients)
        if (isWanted(interestOf(reader), capsule) && (positionsOf(reader)[capsule] ?? 0) < seq)
          return {
            property: 'delivery-to-every-subscriber',
            text: `${reader.state.node} does not get ${capsule}#${String(seq)}, which ${writer.state.node} has`,
          };
  for (const client of clients)
    if (!isSameInterest(interestOf(client), places[client.state.node]?.interest))
      return {
        property: 'delivery-to-every-subscriber',
        text: `${client.state.node} does not get what it subscribes to`,
      };
  for (const { state } of clients)
    if (state.role === 'client' && state.context.queued.length > 0)
      return { property: 'delivery-to-every-subscriber', text: `${state.node} never writes what waits` };
  return awaited.length === 0
    ? undefined
    : { property: 'resync-completes', text: `epoch ${String(root.state.context.epoch)} does not close` };
}

function positionsOf(local: ExhaustLocal): Readonly<Record<string, number>> {
  const memory = storageOf(local);
  return memory?.kind === 'client' ? memory.positions : {};
}

function interestOf({ state }: ExhaustLocal): Interest | null {
  return state.role === 'client' ? state.context.interest : null;
}

function isSameInterest(one: Interest | null, other: Interest | undefined): boolean {
  return (one ?? []).join() === (other ?? []).join();
}

/** The same of numbers of local states, each combination asked once. */
export function isWantedIn(
  compiled: Compiled<ExhaustLocal, ExhaustMessage>,
): (locals: readonly number[]) => boolean {
  const known = new Map<string, boolean>();
  return (ids) => {
    const key = ids.slice(0, compiled.composition.nodes.length).join();
    let wanted = known.get(key);
    if (wanted === undefined) {
      wanted =
        missingIn(compiled.composition.nodes.map((_, node) => compiled.localOf(node, ids[node] ?? 0))) ===
        undefined;
      known.set(key, wanted);
    }
    return wanted;
  };
}
