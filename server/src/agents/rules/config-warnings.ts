// Lists the keys of a configuration, at any depth, that are stored but have no effect, so that authors know about them.
import { without_effect } from '@parley/contract'
import { type Schema, findMeantBranch, isObject } from './config-faults.ts'

const max_warnings = 100
const max_key_characters = 100

export function listWarnings(config: Record<string, unknown>, schema: Schema, prefix: string): string[] {
  const kept: Kept[] = []
  collectKept(config, schema, [], kept)
  return kept
    .map(({ path, reason }) => `${prefix}.${path} ${reason}; it is stored but has no effect`)
    .sort()
    .slice(0, max_warnings)
}

interface Kept {
  path: string
  reason: 'is not known' | 'is not supported yet'
}

/** Follows the schema: the contents of unknown keys and of values with a wrong type are not examined. */
function collectKept(value: unknown, schema: Schema, parts: string[], kept: Kept[]): void {
  if (value !== null && schema[without_effect]) kept.push({ path: parts.join('.'), reason: 'is not supported yet' })
  const known = schema.anyOf ? findMeantBranch(schema, value) : schema
  if (Array.isArray(value) && known?.items) {
    for (const [index, item] of value.entries()) collectKept(item, known.items, [...parts, String(index)], kept)
  } else if (isObject(value) && known?.properties) {
    for (const [key, entry] of Object.entries(value)) {
      const field = Object.hasOwn(known.properties, key) ? known.properties[key] : undefined
      if (field) collectKept(entry, field, [...parts, key], kept)
      else if (known.additionalProperties !== true)
        kept.push({ path: [...parts, key.slice(0, max_key_characters)].join('.'), reason: 'is not known' })
    }
  }
}
