/** Mutants of how keys are rotated and nodes expelled. They are searched with rotations, and with keys of those expelled. */
import {
  Client,
  Coordinator,
  Forks,
  hkdf,
  KEY_BYTES,
  plainToBytes,
  Router,
  sealRotation,
  type Credential,
  type Lack,
  type Rotation,
} from '../../impl/index.ts';
import { ENROLMENT, LABORATORY } from '../subjects/enrolment.ts';
import { REFERENCE_CAST, type Cast } from '../subjects/reference.ts';
import type { Mutant } from './mutant.ts';

const needs = ['stolen'] as const;

/** Cuts that are known, and of which nothing follows. */
class UncutForks extends Forks {
  override isBeyondCut(): boolean {
    return false;
  }

  override lastOfUse(capsule: string): number {
    return (this.seqOf(capsule) ?? Infinity) - 1;
  }
}

const uncut: Cast = {
  coordinator: class extends Coordinator {
    protected override makeForks() {
      return new UncutForks(this.parameters.maxCapsules);
    }
  },
  router: class extends Router {
    protected override makeForks() {
      return new UncutForks(this.parameters.maxCapsules);
    }
  },
  client: class extends Client {
    protected override makeForks() {
      return new UncutForks(this.parameters.maxCapsules);
    }
  },
};

/** The authority as it is, but that every client it ever enrolled gets the new group key, by the first keys that it had. */
function grantingToAll(
  before: Rotation | undefined,
  members: readonly Credential[],
  expel?: string,
): Rotation {
  const { keyEpoch, expelled } = ENROLMENT.rotate(before, members, expel).body;
  const derive = (...path: readonly string[]) =>
    hkdf(Buffer.from(LABORATORY), plainToBytes(['psl/enrol/1', ...path]), KEY_BYTES);
  const clients = members
    .filter(({ role }) => role === 'client')
    .map(({ node, role, domain }) => ENROLMENT.issue(node, role, domain).credential);
  const groupKeyOf = (epoch: number) => ENROLMENT.groupKeyOf(epoch);
  return sealRotation(
    { keyEpoch, expelled },
    clients,
    derive('sealing', String(keyEpoch), ...expelled),
    groupKeyOf,
    derive('enrolment'),
  );
}

export const KEY_MUTANTS: readonly Mutant[] = [
  {
    id: 'accepts-revoked-keys',
    title: 'the coordinator lets nodes join again that were expelled',
    breaks: ['key-epochs', 'conformance'],
    needs,
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override isExcluded(node: string, incarnation: number) {
          return super.isExcluded(node, incarnation) && !this.forks.isExpelled(node, incarnation);
        }
      },
    },
  },
  {
    id: 'forgets-the-cut',
    title: 'nodes know who was expelled, and take its records all the same',
    breaks: ['key-epochs', 'conformance'],
    needs,
    cast: uncut,
  },
  {
    id: 'shuts-out-the-renewed',
    title: 'the coordinator keeps out whoever was ever expelled, new keys or not',
    breaks: ['conformance', 'reattachment'],
    needs,
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override isExcluded(node: string) {
          return super.isExcluded(node, 1);
        }
      },
    },
  },
  {
    id: 'asks-beyond-its-frontier',
    title:
      'the coordinator cuts, and asks for, more than its SYNCs tell of, and clients repeat what is beyond the cut',
    breaks: ['conformance', 'key-epochs'],
    needs: ['stolen', 'writer'],
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override endsOfLog() {
          return this.relay.newest().map(({ record }) => record);
        }

        protected override ask(lack: Lack) {
          super.ask({ ...lack, seq: this.heads.get(lack.capsule)?.head.seq ?? 0 });
        }
      },
      client: class extends Client {
        protected override mayRepeat() {
          return true;
        }
      },
    },
  },
  {
    id: 'seals-with-the-old-key',
    title: 'a client goes on to seal its records under the first group key',
    breaks: ['confidentiality'],
    needs,
    cast: {
      ...REFERENCE_CAST,
      client: class extends Client {
        protected override presentGroupKey() {
          return this.groupKeys.get(1) ?? super.presentGroupKey();
        }
      },
    },
  },
  {
    id: 'keeps-the-old-group-key',
    title: 'a client takes no group key from a rotation, and goes on in the key epoch before',
    breaks: ['key-epochs', 'conformance'],
    needs,
    cast: {
      ...REFERENCE_CAST,
      client: class extends Client {
        protected override sealingEpoch() {
          return 1;
        }
      },
    },
  },
  {
    id: 'keeps-rotations-to-itself',
    title: 'the coordinator tells nobody in its SYNCs of the newest rotation',
    breaks: ['key-epochs', 'conformance'],
    needs,
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override rotationToTell() {
          return undefined;
        }
      },
    },
  },
  {
    id: 'grants-to-the-expelled',
    title: 'the enrolment authority seals the new group key for those, too, whom it expels',
    breaks: ['confidentiality'],
    needs,
    cast: { ...REFERENCE_CAST, rotate: grantingToAll },
  },
];
