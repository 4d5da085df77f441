/** What figures were measured on. */
import { cpus } from 'node:os';

/** Processor, number of cores, version of Node. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'an unknown processor';
  return `${model} (${cpus().length} cores), Node ${process.versions.node}`;
}
