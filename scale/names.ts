/** Names of nodes in a simulation. They sort as the numbers do, so the order of a node's children is that of the reference. */
import { COORDINATOR } from '../impl/index.ts';
import { ROOT } from './placed-tree.ts';

/** What makes names out of numbers and back. */
export interface Names {
  readonly nameOf: (node: number) => string;
  /** @throws RangeError if there is no node of that name */
  readonly nodeOf: (name: string) => number;
}

/** Names of the coordinator, so many clients, and so many routers: `C`, `c001` …, `r001` …. */
export function namesFor(clients: number, routers: number): Names {
  const digits = String(Math.max(clients, routers, 1)).length;
  const numbered = (letter: string, number: number): string => letter + String(number).padStart(digits, '0');
  return {
    nameOf: (node) => {
      if (node === ROOT) return COORDINATOR;
      return node <= clients ? numbered('c', node) : numbered('r', node - clients);
    },
    nodeOf: (name) => {
      if (name === COORDINATOR) return ROOT;
      const number = Number(name.slice(1));
      const node = name.startsWith('c') ? number : clients + number;
      if (!Number.isSafeInteger(number) || number < 1 || node > clients + routers)
        throw new RangeError(`name: there is no node ${name}`);
      return node;
    },
  };
}
