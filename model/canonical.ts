/**
 * Canonical values: sorted lists without repetition, records with sorted keys. Every context is built with these, so
 * that one state of a node has one JSON, whatever order of events led to it.
 */

/** A record whose keys are kept sorted. */
export type Table<T> = Readonly<Record<string, T>>;

/** The order of all names and capsules: by code unit. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `list` with `item`, sorted; the same list if it is there already. */
export function including(list: readonly string[], item: string): readonly string[] {
  return list.includes(item) ? list : [...list, item].toSorted(compareNames);
}

/** `list` without `item`. */
export function excluding(list: readonly string[], item: string): readonly string[] {
  return list.filter((other) => other !== item);
}

/** `table` with `value` under `key`. */
export function withEntry<T>(table: Table<T>, key: string, value: T): Table<T> {
  return key in table ? { ...table, [key]: value } : sorted({ ...table, [key]: value });
}

/** `table` without `key`; the same table if it is not there. */
export function withoutEntry<T>(table: Table<T>, key: string): Table<T> {
  if (!(key in table)) return table;
  const { [key]: _gone, ...rest } = table;
  return rest;
}

/** The same record with its keys sorted. */
export function sorted<T>(record: Table<T>): Table<T> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => compareNames(a, b)));
}

/** JSON with sorted keys: equal values, equal strings. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const record = value as Table<unknown>;
  const fields = Object.keys(record)
    .toSorted(compareNames)
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`);
  return `{${fields.join(',')}}`;
}
