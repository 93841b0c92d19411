// Types of JSON data, as the wire, the database and the models use it, and its canonical form.
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject
export interface JsonObject {
  [key: string]: JsonValue
}

/** Approximate length as JSON text; ignores escaping. */
export function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return 8
  let sum = 2
  for (const [key, entry] of Object.entries(value)) sum += key.length + charactersOf(entry)
  return sum
}

/** Whether it has more than so many `charactersOf`. Looks no further than that. */
export function isLongerAsJson(value: unknown, characters: number): boolean {
  let left = characters
  const measure = (part: unknown): void => {
    if (typeof part === 'string') left -= part.length + 2
    else if (typeof part !== 'object' || part === null) left -= 8
    else
      for (const key in part) {
        if (left < 0) return
        left -= key.length
        measure((part as Record<string, unknown>)[key])
      }
  }
  measure(value)
  return left < 0
}

/** JSON text with sorted keys, so that equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  )
}
