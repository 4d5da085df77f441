/** Mutants of administrative domains. */
import {
  Coordinator,
  decodeBody,
  DomainPolicy,
  HeapPolicy,
  Router,
  type NodeName,
  type PolicySnapshot,
} from '../../impl/index.ts';
import { REFERENCE_CAST } from '../subjects/reference.ts';
import type { Mutant } from './mutant.ts';

export const DOMAIN_MUTANTS: readonly Mutant[] = [
  {
    id: 'ignores-domains',
    title: 'the coordinator places everybody as if there were no domains',
    breaks: ['domain-crossing'],
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override makePolicy(snapshot?: PolicySnapshot) {
          return new HeapPolicy(
            this.parameters.k,
            snapshot !== undefined && 'routers' in snapshot ? snapshot : undefined,
          );
        }
      },
    },
  },
  {
    id: 'lodges-strays',
    title: 'the coordinator seats clients of a domain in the next one',
    breaks: ['domain-crossing'],
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override makePolicy(snapshot?: PolicySnapshot) {
          const { k, domains } = this.parameters;
          if (domains === 1) return super.makePolicy(snapshot);
          const domainOf = (node: NodeName): string => {
            const domain = this.known.get(node)?.credential.domain ?? '';
            return node.startsWith('c') ? `d${(Number(domain.slice(1)) % domains) + 1}` : domain;
          };
          return new DomainPolicy(
            k,
            domainOf,
            snapshot !== undefined && 'domains' in snapshot ? snapshot : undefined,
          );
        }
      },
    },
  },
  {
    id: 'crosses-twice',
    title: 'a gateway sends every record twice to whoever is not of its domain',
    breaks: ['domain-crossing'],
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override sendBytes(to: string, body: Uint8Array) {
          super.sendBytes(to, body);
          const domain = this.links.get(to)?.peer.credential.domain;
          const isOther = domain !== this.keys.credential.domain;
          if (isOther && this.parameters.domains > 1 && decodeBody(body).kind === 'data')
            super.sendBytes(to, body);
        }
      },
    },
  },
];
