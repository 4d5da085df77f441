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
