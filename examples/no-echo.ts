/** A property of one's own: nobody sends a record back over the link that it came over. */
import type { Violation } from 'psl-verify/engine';
import { Judge, type Definition, type SeenReaction } from 'psl-verify/properties';

class NoEcho extends Judge {
  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const { node, input, sends } = reaction;
    if (input.kind !== 'frame' || input.reading.message.type !== 'data') return undefined;
    this.exercised += 1;
    const { from } = input.reading.message;
    const echo = sends.find(({ to, reading }) => to === from && reading.message.type === 'data');
    return echo === undefined
      ? undefined
      : this.violated(reaction, `${node} sends a record back to ${from}, which it came from`);
  }
}

export const NO_ECHO: Definition = {
  id: 'no-echo',
  kind: 'safety',
  statement: 'Nobody sends a record back over the link that it came over.',
  source: 'this example',
  make: (watch, id) => new NoEcho(id, watch),
};
