/** Messages that an insider withholds: they never leave their sender, which a trace shows as a loss. */
import type { Attack, MessageId, Step } from '../../engine/index.ts';
import { standingKey, takenOverBy } from '../../engine/index.ts';
import type { NodeName } from '../../model/index.ts';
import { routerAttack, type RouterAttack } from '../../properties/adversary/attack.ts';
import { withholds } from '../../properties/adversary/router.ts';
import { identityOf } from './identities.ts';

type Withhold = Extract<RouterAttack, { readonly kind: 'withhold' }>;

/** Knows of a run, read in order, what is withheld from when to when. */
export class Withholding {
  readonly #standing = new Map<string, Withhold>();
  readonly #withheld = new Map<MessageId, NodeName>();

  /** Takes in a step: what begins or ends in it, and what it sends. */
  see(step: Step<unknown, unknown, unknown>): void {
    if (step.kind === 'event') {
      if (step.event.type === 'network' && step.cause.kind === 'move' && step.cause.move.move === 'attack')
        this.#change(step.cause.move.attack);
      return;
    }
    if (this.#standing.size === 0) return;
    const sends = step.outputs.filter((output) => output.kind === 'send');
    step.sent.forEach((id, at) => {
      const [identity, frame] = [identityOf(id), sends[at]?.frame];
      if (identity === undefined || !(frame instanceof Uint8Array)) return;
      for (const attack of this.#standing.values())
        if (withholds(attack, { ...identity, frame }))
          this.#withheld.set(id, takenOverBy(attack) ?? identity.from);
    });
  }

  /** At which node an insider withholds the message whose loss the step is; undefined for all other steps. */
  withheldBy(step: Step<unknown, unknown, unknown>): NodeName | undefined {
    return step.kind === 'event' && step.event.type === 'lost'
      ? this.#withheld.get(step.event.message)
      : undefined;
  }

  #change(attack: Attack): void {
    const found = routerAttack(attack);
    if (found?.kind !== 'withhold') return;
    if (found.standing === 'begins') this.#standing.set(standingKey(found), found);
    else this.#standing.delete(standingKey(found));
  }
}
