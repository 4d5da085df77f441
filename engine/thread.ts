/** Worker threads from the kit's own modules, built or as sources. */
import { Worker, type MessagePort } from 'node:worker_threads';

/** Runs make much that dies young: with V8's default of 16 MB for it, a fifth of the time goes into collecting. */
const YOUNG_GENERATION_MB = 128;

/**
 * Starts a thread. Built, its module is a file; from sources, it first needs a loader: `execArgv` would not bring one
 * in Node 20.
 * @param module of the thread, with the extension of the module that asks: `.ts` or `.js`
 * @param data what the module finds as `workerData`
 * @param transferred of the data: given away
 */
export function startThread(module: URL, data: unknown, transferred: readonly MessagePort[] = []): Worker {
  const transferList = transferred.slice();
  const options = {
    workerData: data,
    transferList,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  };
  if (!module.href.endsWith('.ts')) return new Worker(module, options);
  const loader = import.meta.resolve('tsx/esm/api');
  const boot = `import('${loader}').then(({ register }) => { register(); return import('${module.href}'); });`;
  return new Worker(boot, { eval: true, ...options });
}
