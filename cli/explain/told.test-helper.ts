/** Stories of the counterexamples of this checkout, with the certificates of their files. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseCounterexample } from '../../properties/counterexample.ts';
import { tell } from '../explain.ts';
import { contextOf } from '../fake-kit.test-helper.ts';
import { loadKit } from '../kit.ts';
import type { Story } from './story.ts';
import { textOf } from './text.ts';

const FOLDER = fileURLToPath(new URL('../../counterexamples/', import.meta.url));

/** The story of the first file whose name begins so. */
export async function storyOfFile(prefix: string): Promise<Story> {
  const name = readdirSync(FOLDER).find((file) => file.startsWith(prefix));
  if (name === undefined) throw new RangeError(`no counterexample ${prefix}`);
  const counterexample = parseCounterexample(readFileSync(FOLDER + name, 'utf8'), name);
  return tell(contextOf(await loadKit()), name, counterexample, counterexample.subject, false);
}

/** The text of a story, its lines joined: blanks are as wide as one. */
export function flatTextOf(story: Story): string {
  return textOf(story, { columns: 80, isUnicode: true, paint: (one) => one }).replaceAll(/\s+/g, ' ');
}
