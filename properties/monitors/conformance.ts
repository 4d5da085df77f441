/**
 * `conformance`: every reaction of a node is one that its role's statechart allows; the statecharts run beside the nodes
 * (`Twins`). What it says of its buffers is what its statechart holds.
 */
import type { Violation } from '../../engine/index.ts';
import { describe, enabled } from '../../model/index.ts';
import type { SeenReaction, Seen } from '../reading.ts';
import { wrongGauge } from './gauges.ts';
import { Judge } from './judge.ts';
import { observedTexts, type Followed } from './twins.ts';

export class Conformance extends Judge {
  protected override judge(seen: Seen): Violation | undefined {
    const followed = this.watch.follow(seen);
    if (seen.kind === 'event') return undefined;
    return followed === undefined ? this.#judgeAnswer(seen.reaction) : this.#compare(seen.reaction, followed);
  }

  /** Questions concern no statechart. */
  #judgeAnswer(reaction: SeenReaction): Violation | undefined {
    if (this.watch.isStranger(reaction.node)) return undefined;
    const got = observedTexts(reaction);
    const inert = got.length === 0 || (got.length === 1 && got[0] === 'reject');
    return inert
      ? undefined
      : this.violated(reaction, `${reaction.node} reacted to a question with more than an answer`, { got });
  }

  #compare(
    reaction: SeenReaction,
    { event, before, after, expectation, got, agrees }: Followed,
  ): Violation | undefined {
    this.exercised += 1;
    if (expectation.kind === 'not-allowed')
      return this.violated(
        reaction,
        `${reaction.node} in ${describe(before)}: no transition allows its reaction to ${event.type}: ${expectation.why}`,
        { event, got, enabled: enabled(before) },
      );
    if (agrees) {
      const wrong = wrongGauge(after, reaction, this.watch.facts.showsBuffers === true);
      return wrong === undefined ? undefined : this.violated(reaction, wrong);
    }
    const missing = without(expectation.texts, got);
    const extra = without(got, expectation.texts);
    return this.violated(
      reaction,
      `${reaction.node} in ${describe(before)} reacted to ${event.type} otherwise than its statechart:${missing.length > 0 ? ` missing ${missing.join(', ')};` : ''}${extra.length > 0 ? ` not allowed ${extra.join(', ')}` : ''}`,
      { event, expected: expectation.texts, got },
    );
  }
}

/** What is in `a` and not in `b`, as multisets. */
function without(a: readonly string[], b: readonly string[]): readonly string[] {
  const rest = [...b];
  return a.filter((text) => {
    const at = rest.indexOf(text);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
