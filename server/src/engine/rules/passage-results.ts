// Shows the model the passages in tool results as it is shown all passages: in a fence that their text cannot close. Pure.
import { type FencedPassage, fencePassages, fenceText } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { ModelMessage } from '../../models/models.ts'

/** `retrieves`: the names of tools whose results can have passages. Their texts are the author's, with passages in them. */
export function fenceResults(
  messages: ModelMessage[],
  retrieves: ReadonlySet<string>,
  code: () => string,
): ModelMessage[] {
  if (retrieves.size === 0) return messages
  return messages.map((message) =>
    message.role === 'tool'
      ? {
          ...message,
          results: message.results.map((one) =>
            retrieves.has(one.name) ? { ...one, output: fence(one.output, code()) } : one,
          ),
        }
      : message,
  )
}

function fence(output: JsonValue, code: string): JsonValue {
  if (typeof output === 'string') return fenceText(output, code)
  if (arePassages(output)) return fencePassages(output, code)
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return output
  const fields = Object.entries(output).map(([name, value]): [string, JsonValue] => [
    name,
    arePassages(value) ? fencePassages(value, code) : value,
  ])
  return Object.fromEntries(fields)
}

type Saved = FencedPassage & JsonObject

function arePassages(value: JsonValue): value is Saved[] & JsonValue[] {
  return Array.isArray(value) && value.length > 0 && value.every(isPassage)
}

function isPassage(value: JsonValue): value is Saved {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return (
    typeof value['number'] === 'number' && typeof value['text'] === 'string' && typeof value['source_name'] === 'string'
  )
}

/** How much of a passage must be in a result so that the model was shown it. */
const recognized_characters = 40

/** Whether the text, or at least its beginning, is part of any text of the value. */
export function isShownIn(output: JsonValue, text: string): boolean {
  const beginning = text.slice(0, recognized_characters)
  const holds = (value: JsonValue): boolean => {
    if (typeof value === 'string') return value.includes(beginning)
    return typeof value === 'object' && value !== null && Object.values(value).some(holds)
  }
  return holds(output)
}
