/** What a node knows, in a few lines, as its statechart has it. */
import type { ModelState } from '../../model/index.ts';
import { headsWords, listed, neighbourhood, recordId, shardsWords } from './words.ts';

/** `place: version 8, parent C, children c3 and c4`, …; nothing for a node that does not run. */
export function beliefsOf(state: ModelState): readonly string[] {
  if (state.value === 'off' || state.value === 'crashed') return [];
  switch (state.role) {
    case 'coordinator': {
      const { version, epoch, unacked, pending, probes, heads, naks } = state.context;
      return [
        `tree: version ${version}${pending.length === 0 ? '' : `, without a slot: ${listed(pending)}`}`,
        ...some('not yet confirmed by', unacked),
        ...some('asked whether alive', Object.keys(probes)),
        `epoch: ${epoch}; frontier: ${entriesWords(heads)}`,
        ...some('repairs under way', naks.map(rangeOf)),
      ];
    }
    case 'router': {
      const { log, naks, incarnation } = state.context;
      return [
        placeOf(state.context),
        `life: incarnation ${incarnation}`,
        `log: ${
          Object.entries(log)
            .map(([capsule, seqs]) => `${capsule}#${seqs.join(', #')}`)
            .join('; ') || 'empty'
        }`,
        ...some('repairs under way', naks.map(rangeOf)),
      ];
    }
    case 'client': {
      const { positions, early, asked, queued, sync, incarnation, interest } = state.context;
      const waiting = Object.entries(early).flatMap(([capsule, seqs]) =>
        seqs.map((seq) => recordId({ capsule, seq })),
      );
      return [
        placeOf(state.context),
        `life: incarnation ${incarnation}; last SYNC: ${sync === 0 ? 'none' : `epoch ${sync}`}`,
        ...(interest === null ? [] : [`subscribes to: ${shardsWords(interest)}`]),
        `has read: ${entriesWords(positions)}`,
        ...some('waiting for what is before it', waiting),
        ...some('has asked for', asked.map(rangeOf)),
        ...(queued.length === 0 ? [] : [`puts that wait: ${queued.length}`]),
      ];
    }
  }
}

function placeOf({
  version,
  parent,
  children,
}: {
  readonly version: number;
  readonly parent: { readonly node: string } | null;
  readonly children: readonly { readonly node: string }[];
}): string {
  if (version === 0) return 'place: none yet';
  return `place: version ${version}, ${neighbourhood(
    parent?.node ?? 'nobody',
    children.map(({ node }) => node),
  )}`;
}

function entriesWords(positions: Readonly<Record<string, number>>): string {
  const words = headsWords(Object.entries(positions).map(([capsule, seq]) => ({ capsule, seq })));
  return words === '' ? 'nothing' : words;
}

function some(what: string, list: readonly string[]): readonly string[] {
  return list.length === 0 ? [] : [`${what}: ${listed(list)}`];
}

function rangeOf({ capsule, first, last }: { capsule: string; first: number; last: number }): string {
  return `${capsule}#${first}${last > first ? ` to #${last}` : ''}`;
}
