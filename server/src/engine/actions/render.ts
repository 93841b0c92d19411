// Renders the texts of a value of an action's configuration.
import type { JsonValue } from '../../base/json.ts'

/** Every text, at any depth, is a template. */
export function renderDeep(value: JsonValue, render: (text: string) => string): JsonValue {
  if (typeof value === 'string') return render(value)
  if (Array.isArray(value)) return value.map((entry) => renderDeep(entry, render))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]): [string, JsonValue] => [key, renderDeep(entry, render)]),
  )
}
