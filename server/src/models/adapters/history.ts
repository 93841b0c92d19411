// What of a history goes to a provider, whichever it is.
import type { ModelMessage, ModelToolResult } from '../port.ts'

/**
 * Opens a history that does not begin with the user: an agent's greeting comes first, or there is no message yet. Anthropic and
 * the prompt templates of many open models refuse such a history.
 */
export const OPENING_MESSAGE = '(The conversation begins.)'

/** Without messages that have no content: providers refuse empty ones. */
export function prepareMessages(all: readonly ModelMessage[]): ModelMessage[] {
  const messages = all.filter(hasContent)
  return messages[0]?.role === 'user' ? messages : [{ role: 'user', text: OPENING_MESSAGE }, ...messages]
}

function hasContent(message: ModelMessage): boolean {
  switch (message.role) {
    case 'user':
      return message.text !== ''
    case 'assistant':
      return message.text !== '' || message.tool_calls.length > 0
    case 'tool':
      return message.results.length > 0
  }
}

export function textOfResult({ output, is_error }: ModelToolResult): string {
  const text = typeof output === 'string' ? output : JSON.stringify(output)
  // The word is for the wire formats that have no mark for a failed call.
  return is_error ? `Error: ${text}` : text
}
