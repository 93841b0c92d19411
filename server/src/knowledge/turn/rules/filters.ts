// Renders the filter of a dataset: its texts are templates with what the caller knows of the conversation. Pure.
import type { JsonObject, JsonValue } from '../../../base/json.ts'
import { type RenderBudget, TemplateError, renderTemplate } from '../../../templates/templates.ts'

/** Null: a text is empty, or its template failed, so that nothing may be found. */
export function renderFilter(filter: JsonObject, custom_metadata: JsonObject, budget: RenderBudget): JsonObject | null {
  try {
    return render(filter, custom_metadata, budget) as JsonObject
  } catch (error) {
    if (error instanceof TemplateError || error instanceof EmptyText) return null
    throw error
  }
}

class EmptyText extends Error {}

function render(value: JsonValue, custom_metadata: JsonObject, budget: RenderBudget): JsonValue {
  if (typeof value === 'string') {
    const text = renderTemplate(value, { custom_metadata }, { budget })
    if (text.trim() === '') throw new EmptyText()
    return text
  }
  if (Array.isArray(value)) return value.map((entry) => render(entry, custom_metadata, budget))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([key, entry]): [string, JsonValue] => [
    key,
    render(entry, custom_metadata, budget),
  ])
  return Object.fromEntries(fields)
}
