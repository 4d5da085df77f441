import { describe, expect, test } from 'vitest';
import type { Capability } from '../engine/index.ts';
import { harnessFor, treeHarness } from './harness.ts';
import { bind, type SubjectFacts } from './monitors/judge.ts';
import { judge, judgeWith, STORY } from './monitors/story.test-helper.ts';
import { MUTANTS } from './mutants.ts';
import { DEFINITIONS, PROPERTIES } from './properties.ts';
import { scenarioOf } from './scenario.ts';
import { modelAdversary, modelFacts, modelSubject } from './subjects/model.ts';

const WITH_BYTES = { ...STORY, secrets: [] };

describe('properties', () => {
  test('have ids of their own, a statement and a source', () => {
    expect(new Set(PROPERTIES.map(({ id }) => id)).size).toBe(PROPERTIES.length);
    for (const { id, statement, source } of PROPERTIES) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(statement).toMatch(/^[A-Z].*[.)]$/);
      expect(source).not.toBe('');
    }
  });

  test.each(DEFINITIONS.map(({ id }) => id))('%s is vacuous, not green, where nothing happened', (id) => {
    const topology = id === 'domain-crossing' ? 'domains' : 'sharded';
    const scenario = scenarioOf({ topology, k: 2, routers: 1, clients: 2 });
    expect(judgeWith(id, [], WITH_BYTES, { scenario })).toMatchObject({
      violation: undefined,
      exercised: 0,
    });
  });

  test('each has a mutant, and each mutant says what it breaks', () => {
    const broken = new Set(MUTANTS.flatMap(({ breaks }) => breaks));
    expect(PROPERTIES.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
    for (const { id, breaks } of MUTANTS) {
      expect(breaks.length, id).toBeGreaterThan(0);
      for (const property of breaks) expect(PROPERTIES.map((known) => known.id)).toContain(property);
    }
    expect(new Set(MUTANTS.map(({ id }) => id)).size).toBe(MUTANTS.length);
  });

  test('that need payloads or bytes do not apply where there are none', () => {
    for (const id of ['convergence', 'confidentiality'])
      expect(() => judgeWith(id, [], modelFacts)).toThrow('does not apply');
    expect(() => judge('convergence', [])).not.toThrow();
  });
});

describe('where nobody reads frames', () => {
  const unread: SubjectFacts<unknown> = { id: 'unread', payloads: true, secrets: [] };

  test('what they say is judged by none, what nodes report by all the others', () => {
    const judged = DEFINITIONS.filter(({ id }) => {
      const [property] = bind(
        DEFINITIONS.filter((one) => one.id === id),
        unread,
      );
      const scenario = scenarioOf({ k: 2, routers: 1, clients: 2 });
      const monitor = property?.monitor({ subject: unread.id, scenario });
      return monitor !== undefined && !('notApplicable' in monitor);
    });
    expect(judged.map(({ id }) => id)).toEqual([
      'authentic-delivery',
      'chain-integrity',
      'tree-shape',
      'confidentiality',
      'one-slot-per-credential',
      'bounded-reaction',
      'delivery-to-every-subscriber',
      'convergence',
      'reattachment',
    ]);
  });
});

describe('harnesses', () => {
  test('are known by the id of their subject', () => {
    expect(harnessFor('reference')?.subject.id).toBe('reference');
    expect(harnessFor('model')?.subject.id).toBe('model');
    expect(harnessFor('mutant:forwards-twice')?.subject.id).toBe('mutant:forwards-twice');
    for (const unknown of ['', 'mutant:', 'mutant:none', 'forwards-twice', 'Reference'])
      expect(harnessFor(unknown)).toBeUndefined();
  });

  test('watch the properties that they are asked to', () => {
    const options = { subject: modelSubject, facts: modelFacts };
    expect(treeHarness({ ...options, properties: ['tree-shape'] }).properties.map(({ id }) => id)).toEqual([
      'tree-shape',
    ]);
    expect(treeHarness(options).properties.map(({ id }) => id)).toEqual(PROPERTIES.map(({ id }) => id));
    expect(() => treeHarness({ ...options, properties: ['tree-shap'] })).toThrow(/there is no tree-shap/);
  });

  test('take only capabilities that there are, and that they can make attacks of', () => {
    const options = { subject: modelSubject, facts: modelFacts };
    const withAdversary = { ...options, adversary: modelAdversary };
    const capabilitiesOf = (capabilities: readonly string[]) => () =>
      treeHarness({ ...options, capabilities: capabilities as readonly Capability[] }).capabilities;
    expect(capabilitiesOf(['network', 'nope'])).toThrow(
      new RangeError(
        'capabilities: there is no nope; expected network, timing, churn, outsider, insider, writer, router, coordinator, stolen',
      ),
    );
    for (const one of ['outsider', 'insider', 'stolen'])
      expect(capabilitiesOf(['network', one])).toThrow(
        new RangeError(`capabilities: ${one} takes an adversary, and none was given`),
      );
    expect(() => treeHarness({ ...options, onRequest: ['writer'] })).toThrow(/writer takes an adversary/);
    expect(capabilitiesOf(['network'])()).toEqual(['network']);
    expect(treeHarness({ ...withAdversary, capabilities: ['outsider'] }).capabilities).toEqual(['outsider']);
    expect(treeHarness(options).capabilities).toEqual(['network', 'timing', 'churn']);
    expect(treeHarness(withAdversary).capabilities).toEqual(['network', 'timing', 'churn', 'outsider']);
  });

  test('compare pairs only where there are stores and attacks, and the property is asked for', () => {
    expect(harnessFor('reference')?.pairs?.property).toBe('non-interference');
    expect(harnessFor('model')?.pairs).toBeUndefined();
  });
});
