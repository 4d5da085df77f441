/** How often somebody who waits in vain asks again: what a long time in which nothing happens is worth telling of. */
import type { Observed } from './observe.ts';
import { term } from './terms.ts';
import { rangeWords } from './words.ts';

/** Something that can be asked for again. */
interface Request {
  readonly key: string;
  /** `often`: "12 times"; undefined: never. */
  readonly words: (often: string | undefined) => string;
}

/** Counts the requests of those that something is awaited for. */
export class Retries {
  readonly #awaited: ReadonlySet<string>;
  readonly #isAboutPlaces: boolean;
  readonly #before = new Map<string, Request>();

  /** @param message what never happened; nothing is counted without one */
  constructor(message: string | undefined) {
    this.#awaited = new Set(message?.match(/\b[rc]\d+\b/g) ?? []);
    this.#isAboutPlaces = message !== undefined && /\bplaced?\b/.test(message);
  }

  /** Notes what is asked for in a step that is told. */
  tell(observed: Observed): void {
    for (const request of this.#requests(observed)) this.#before.set(request.key, request);
  }

  /** What is asked for in these steps, and what is not any more. */
  words(steps: readonly Observed[]): readonly string[] {
    const counts = new Map<string, number>();
    const all = new Map(this.#before);
    for (const request of steps.flatMap((observed) => this.#requests(observed))) {
      counts.set(request.key, (counts.get(request.key) ?? 0) + 1);
      all.set(request.key, request);
    }
    return Array.from(all.values(), ({ key, words }) => words(often(counts.get(key))));
  }

  #requests({ node = '', effects }: Observed): readonly Request[] {
    return effects.flatMap((effect): readonly Request[] => {
      if (effect.kind !== 'send') return [];
      const { to, message } = effect;
      switch (message.type) {
        case 'join':
          if (!this.#isAboutPlaces || !this.#awaited.has(node)) return [];
          return [
            {
              key: `join ${node}`,
              words: (times) => verb(node, 'asks', ` ${to} for a place`, times, term('Join')),
            },
          ];
        case 'nak': {
          if (!this.#awaited.has(node) || this.#isAboutPlaces) return [];
          const what = rangeWords(message.capsule, message.first, message.last);
          return [
            {
              key: `nak ${node} ${what}`,
              words: (times) => verb(node, 'asks', ` for ${what}`, times, term('Nak')),
            },
          ];
        }
        case 'probe':
          if (!this.#awaited.has(to)) return [];
          return [
            {
              key: `probe ${node} ${to}`,
              words: (times) => verb(node, 'asks', ` ${to} whether it is alive`, times, term('Probe')),
            },
          ];
        case 'suspect':
          if (!this.#awaited.has(message.child)) return [];
          return [
            {
              key: `suspect ${node} ${message.child}`,
              words: (times) =>
                verb(node, 'reports', ` that ${message.child} is silent`, times, term('Suspect')),
            },
          ];
        default:
          return [];
      }
    });
  }
}

function verb(node: string, does: string, what: string, times: string | undefined, name: string): string {
  return times === undefined
    ? `${node} never ${does}${what} again (${name})`
    : `${node} ${does}${what} ${times} (${name})`;
}

function often(times: number | undefined): string | undefined {
  if (times === undefined) return undefined;
  return times === 1 ? 'once' : times === 2 ? 'twice' : `${times} times`;
}
