/** Checks, on state spaces small enough to be explored whole, that what a composition declares for reductions is so. */
import { at, IMPOSSIBLE, type Compiled } from './compiled.ts';
import { inFlight, localIn } from './layout.ts';
import type { Search } from './search.ts';

/** Flaws that are told, at most. */
const MAX_FLAWS = 10;

/**
 * What is wrong with `Composition.eager`, in all states of a complete search without reductions: in each, an eager delivery must be free, send nothing,
 * change nothing when a second copy arrives, commute with whatever else can happen at its receiver, and stay eager after that. It may
 * make more possible: what it makes possible does not happen before it.
 */
export function eagerFlaws<L, M>(search: Search<L, M>): readonly string[] {
  const { compiled, composition, states, layout } = search;
  const flaws = new Set<string>();
  const judged = new Set<string>();
  const isEager = (node: number, local: number, message: number): boolean =>
    composition.eager?.(node, compiled.localOf(node, local), compiled.messageOf(message)) === true;
  for (let index = 0; index < states.size && flaws.size < MAX_FLAWS; index += 1) {
    const state = states.stateAt(index);
    const messages = inFlight(layout, state);
    for (const message of messages) {
      const node = at(compiled.receivers, message);
      const local = localIn(state, 0, node);
      if (!isEager(node, local, message)) continue;
      const others = messages.filter((other) => other !== message && compiled.receivers[other] === node);
      // All else that counts is the same wherever these are.
      const key = [node, local, message, ...others].join();
      if (judged.has(key)) continue;
      judged.add(key);
      const name = `${composition.nodes[node] ?? ''} and ${composition.messageKey(compiled.messageOf(message))}`;
      const outcome = compiled.received(node, local, message);
      if (outcome === IMPOSSIBLE) {
        flaws.add(`${name}: it cannot be delivered`);
        continue;
      }
      if (at(compiled.deliveryBudgets, message) >= 0) flaws.add(`${name}: the delivery takes of a budget`);
      if (at(compiled.sends, outcome).length > 0) flaws.add(`${name}: the delivery sends`);
      const next = at(compiled.nextLocal, outcome);
      const again = compiled.received(node, next, message);
      if (
        again === IMPOSSIBLE ||
        at(compiled.nextLocal, again) !== next ||
        at(compiled.sends, again).length > 0
      )
        flaws.add(`${name}: a second copy does something`);
      const pairs: (readonly [number, number, string])[] = others.map((other) => [
        compiled.received(node, local, other),
        compiled.received(node, next, other),
        composition.messageKey(compiled.messageOf(other)),
      ]);
      const later = compiled.actsOf(node, next);
      for (const act of compiled.actsOf(node, local))
        pairs.push([
          act.outcome,
          later.find(({ name }) => name === act.name)?.outcome ?? IMPOSSIBLE,
          act.name,
        ]);
      for (const [first, second, what] of pairs) {
        if (first === IMPOSSIBLE) continue;
        if (second === IMPOSSIBLE) {
          flaws.add(`${name}: ${what} is not possible after it`);
          continue;
        }
        const between = at(compiled.nextLocal, first);
        const last = compiled.received(node, between, message);
        const commutes =
          last !== IMPOSSIBLE &&
          at(compiled.nextLocal, last) === at(compiled.nextLocal, second) &&
          sameMembers(at(compiled.sends, first), at(compiled.sends, second));
        if (!commutes) flaws.add(`${name}: does not commute with ${what}`);
        else if (!isEager(node, between, message)) flaws.add(`${name}: is not eager any more after ${what}`);
      }
    }
  }
  return [...flaws];
}

/** What is wrong with `Composition.symmetries`, in all steps that are known: the image of a step must be a step of the image. */
export function symmetryFlaws<L, M>(compiled: Compiled<L, M>): readonly string[] {
  const { composition, localImages, messageImages, receivers } = compiled;
  const flaws = new Set<string>();
  for (const [index, { nodes }] of (composition.symmetries ?? []).entries()) {
    const locals = at(localImages, index);
    const messages = at(messageImages, index);
    const nextOf = (node: number, outcome: number): number =>
      at(at(locals, node), at(compiled.nextLocal, outcome));
    const imagesOf = (sent: readonly number[]): readonly number[] => sent.map((one) => at(messages, one));
    const compare = (node: number, outcome: number, image: number, what: string): void => {
      const name = `symmetry ${String(index)}, ${composition.nodes[node] ?? ''}, ${what}`;
      if (outcome === IMPOSSIBLE || image === IMPOSSIBLE) {
        if (outcome !== image) flaws.add(`${name}: possible on one side only`);
      } else if (
        nextOf(node, outcome) !== at(compiled.nextLocal, image) ||
        !sameMembers(imagesOf(at(compiled.sends, outcome)), at(compiled.sends, image))
      )
        flaws.add(`${name}: does something else`);
    };
    for (let node = 0; node < nodes.length; node += 1) {
      const image = at(nodes, node);
      // Asking makes more known: only what is known now is looked at.
      const known = compiled.localCount(node);
      for (let local = 0; local < known && flaws.size < MAX_FLAWS; local += 1) {
        const row = at(at(compiled.receive, node), local);
        for (const [message, outcome] of row.entries()) {
          if (outcome === -1) continue;
          const text = composition.messageKey(compiled.messageOf(message));
          if (at(receivers, at(messages, message)) !== image) flaws.add(`${text}: its image goes elsewhere`);
          else
            compare(
              node,
              outcome,
              compiled.received(image, at(at(locals, node), local), at(messages, message)),
              text,
            );
        }
        const acts = compiled.acts[node]?.[local];
        if (acts === undefined) continue;
        const images = compiled.actsOf(image, at(at(locals, node), local));
        if (acts.length !== images.length) flaws.add(`${composition.nodes[node] ?? ''}: other acts`);
        for (const act of acts)
          compare(
            node,
            act.outcome,
            images.find((one) => one.name === act.name && one.budget === act.budget)?.outcome ?? IMPOSSIBLE,
            act.name,
          );
      }
    }
  }
  return [...flaws];
}

function sameMembers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
