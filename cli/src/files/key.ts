// By what an agent or a workflow is known on every server. Pure.
import type { JsonObject } from './values.ts'

/** The metadata entry that holds the key on a server. */
export const key_entry = 'parley_key'

const keyPattern = /^[a-z0-9][a-z0-9_-]{0,99}$/

/** A key is also a folder name, so it must be unique on file systems that ignore case. */
export function isKey(value: unknown): value is string {
  return typeof value === 'string' && keyPattern.test(value)
}

export const what_a_key_is = '1 to 100 lower-case letters, digits, - or _, starting with a letter or digit'

interface Keyed {
  id: string
  metadata: JsonObject
}

/** The key in its metadata, otherwise its id. */
export function keyOf({ id, metadata }: Keyed): string {
  const key = Object.hasOwn(metadata, key_entry) ? metadata[key_entry] : undefined
  return isKey(key) ? key : id
}

/** Its metadata without its key. */
export function ownMetadata({ metadata }: Keyed): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== key_entry))
}

/** The metadata to store on the server, where it may exist already. An existing key entry there is kept. */
export function metadataFor(
  { key, metadata }: { key: string; metadata: JsonObject },
  existing: Keyed | null,
): JsonObject {
  if (existing === null) return { ...metadata, [key_entry]: key }
  return Object.hasOwn(existing.metadata, key_entry)
    ? { ...metadata, [key_entry]: existing.metadata[key_entry] }
    : metadata
}
