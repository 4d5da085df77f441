/** Situations of doubts: a parent that greets serves nothing, as far as its client can tell. */
import type { NodeName } from '../../model/index.ts';
import { before, reportsOf, type Moment } from './scene.ts';
import type { Situation } from './situation.ts';

const isDoubting = ({ value }: { readonly value: unknown }): boolean =>
  JSON.stringify(value).includes('"doubting"');

/** The client that gets another parent than the one that it doubts in this step. */
function leaving(moment: Moment): NodeName | undefined {
  const state = before(moment, 'client');
  const [installed] = reportsOf(moment, 'installed');
  if (state === undefined || installed === undefined || !isDoubting(state)) return undefined;
  return installed.parent === state.context.parent?.node ? undefined : state.node;
}

export const DOUBT_SITUATIONS: readonly Situation[] = [
  {
    id: 'parent-doubted',
    title: 'A client whose path has served nothing for long doubts its parent, which greets.',
    lookout: () => (moment) =>
      moment.followed?.event.type === 'timer.doubt' && isDoubting(moment.followed.after),
  },
  {
    id: 'doubt-dispelled',
    title: 'A SYNC shows a client that doubts its parent that the path serves after all.',
    lookout: () => (moment) => {
      const state = before(moment, 'client');
      return (
        state !== undefined &&
        isDoubting(state) &&
        moment.followed?.event.type === 'sync' &&
        !isDoubting(moment.followed.after)
      );
    },
  },
  {
    id: 'moved-on-twice',
    title: 'A client leaves a parent that it doubts, and then the next one.',
    lookout() {
      const moved = new Set<NodeName>();
      return (moment) => {
        const client = leaving(moment);
        if (client === undefined) return false;
        if (moved.has(client)) return true;
        moved.add(client);
        return false;
      };
    },
  },
];
