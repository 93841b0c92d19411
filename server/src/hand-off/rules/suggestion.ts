// How a model is asked for a reply that a person may send. Pure.
import type { JsonObject } from '../../base/json.ts'
import type { ModelRequest } from '../../models/models.ts'
import type { ShownMessage } from '../assist/rows.ts'
import { showLines } from './shown-lines.ts'

const most_background = 20_000

export interface SuggestionWanted {
  /** What the agent knows about the organization. */
  background: {
    /** Its instructions. */
    text: string
    /** From its knowledge bases, between marks; null: nothing was found. */
    passages: string | null
    /** About them. */
    notices: readonly string[]
  }
  messages: readonly ShownMessage[]
  metadata: JsonObject
  /** What the person wants it to say. */
  instructions: string | null
}

export function suggestionRequest({ background, messages, metadata, instructions }: SuggestionWanted): ModelRequest {
  const { rule, text } = showLines(messages, metadata)
  const system = [
    `You draft the next reply of a person of the support team to the end user. Write only the text of the reply, in the language of the end user, without a greeting if the conversation has begun. Promise nothing that the conversation or the background does not say. ${rule}`,
    background.text === ''
      ? ''
      : `Background, written for the agent that the person has replaced:\n${background.text.slice(0, most_background)}`,
    ...background.notices,
    instructions === null ? '' : `The person asks of the draft:\n${instructions}`,
  ]
  const shown = background.passages === null ? text : `${background.passages}\n\n${text}`
  return {
    system: system.filter((part) => part !== '').join('\n\n'),
    messages: [{ role: 'user', text: shown }],
    tools: [],
  }
}
