import type { Message } from '../model/index.ts';

/** One text per value: objects with sorted keys, so that equal values give equal texts whoever made them. */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const object = value as Readonly<Record<string, unknown>>;
  const parts: string[] = [];
  for (const key of Object.keys(object).toSorted())
    parts.push(`${JSON.stringify(key)}:${canonicalText(object[key])}`);
  return `{${parts.join(',')}}`;
}

/** The text of a message: who sends what to whom over which link, then the rest. Equal for equal messages. */
export function messageText(message: Message): string {
  if (!('link' in message && 'from' in message)) return canonicalText(message);
  const { from, to, link, ...content } = message;
  return linkedText(from, to, link, canonicalText(content));
}

/** The text of a message on a link, from the text of its content. */
export function linkedText(from: string, to: string, link: number, content: string): string {
  return `${from}>${to} over link ${link}: ${content}`;
}
