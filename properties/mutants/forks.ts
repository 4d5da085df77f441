/** Mutants of how forks are noticed, proven and told. They are searched with a writer that was taken over. */
import { Client, Coordinator, Forks, Router, type Relay } from '../../impl/index.ts';
import { REFERENCE_CAST, type Cast } from '../subjects/reference.ts';
import type { Mutant } from './mutant.ts';

const needs = ['writer'] as const;

/** Evidence that is kept, and of which nothing follows. */
class UnheededForks extends Forks {
  override isBeyond(): boolean {
    return false;
  }
}

/** All records of one name are taken for copies of the first. */
function takingForDuplicates(relay: Relay): Relay {
  return Object.assign(relay, { isSame: () => true });
}

const believing: Cast = {
  coordinator: class extends Coordinator {
    protected override verifyEvidence() {
      return true;
    }
  },
  router: class extends Router {
    protected override verifyEvidence() {
      return true;
    }
  },
  client: class extends Client {
    protected override verifyEvidence() {
      return true;
    }
  },
};

const heedless: Cast = {
  coordinator: class extends Coordinator {
    protected override makeForks() {
      return new UnheededForks(this.parameters.maxCapsules);
    }
  },
  router: class extends Router {
    protected override makeForks() {
      return new UnheededForks(this.parameters.maxCapsules);
    }
  },
  client: class extends Client {
    protected override makeForks() {
      return new UnheededForks(this.parameters.maxCapsules);
    }
  },
};

const blind: Cast = {
  coordinator: class extends Coordinator {
    protected override makeRelay() {
      return takingForDuplicates(super.makeRelay());
    }
  },
  router: class extends Router {
    protected override makeRelay() {
      return takingForDuplicates(super.makeRelay());
    }
  },
  client: class extends Client {
    protected override isSame() {
      return true;
    }
  },
};

export const FORK_MUTANTS: readonly Mutant[] = [
  {
    id: 'believes-any-evidence',
    title: 'nodes keep and pass on evidence without checking its signatures',
    breaks: ['fork-accountability'],
    needs,
    cast: believing,
  },
  {
    id: 'goes-on-beyond-the-fork',
    title: 'nodes keep evidence of a fork, and take what comes after it all the same',
    breaks: ['fork-accountability'],
    needs,
    cast: heedless,
  },
  {
    id: 'takes-forks-for-duplicates',
    title: 'nodes take a second record of one name for a copy of the first',
    breaks: ['conformance'],
    needs,
    cast: blind,
  },
  {
    id: 'keeps-evidence-to-itself',
    title: 'the coordinator tells nobody in its SYNCs of forks that it knows of',
    breaks: ['fork-accountability'],
    needs,
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override forksToTell() {
          return [];
        }
      },
    },
  },
  {
    id: 'reminds-nobody',
    title:
      'nodes that have evidence tell nobody of it once more, though SYNCs show that the coordinator has none',
    breaks: ['conformance', 'fork-accountability'],
    needs,
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override remind() {}
      },
      client: class extends Client {
        protected override remind() {}
      },
    },
  },
  {
    id: 'answers-from-torn-logs',
    title: 'a router answers from a log in which one record does not continue the one before',
    breaks: ['conformance', 'fork-accountability'],
    needs,
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override makeRelay() {
          return Object.assign(super.makeRelay(), { isTorn: () => false });
        }
      },
    },
  },
  {
    id: 'overlooks-torn-chains',
    title: 'the coordinator tells of the newest record that it knows, though its log is of two chains',
    breaks: ['conformance', 'fork-accountability'],
    needs,
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override tornAt() {
          return undefined;
        }
      },
    },
  },
];
