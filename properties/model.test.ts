/** The statecharts as a subject: what they say satisfies what is asked. */
import { expect, test } from 'vitest';
import { campaign } from '../engine/index.ts';
import { HARNESS_MODULE } from './index.ts';

test('the model holds: nothing violated, nothing vacuous among what applies', async () => {
  const config = { harnessModule: HARNESS_MODULE, harnessConfig: { subject: 'model' } };
  const { subject, properties, nondeterminism } = await campaign({ ...config, runs: 32, seed: 1 });
  expect(subject).toBe('model');
  expect(nondeterminism).toEqual([]);
  const withVerdict = (one: string) => properties.flatMap(({ id, verdict }) => (verdict === one ? [id] : []));
  // Symbols have no bytes to leak, and no stores to compare.
  expect(withVerdict('not-applicable')).toEqual(['confidentiality', 'convergence', 'non-interference']);
  expect(withVerdict('holds')).toHaveLength(properties.length - 3);
});
