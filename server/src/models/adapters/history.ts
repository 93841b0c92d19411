// The part of a history that goes to any provider.
import type { ModelMessage, ModelToolResult } from '../port.ts'

/**
 * Opens a history that does not begin with the user, because an agent's greeting comes first or there is no message yet.
 * Anthropic and
 * the prompt templates of many open models refuse such a history.
 */
export const OPENING_MESSAGE = '(The conversation begins.)'

/** Leaves out messages without content: providers refuse them. */
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
  // The prefix is for wire formats that cannot mark a failed call.
  return is_error ? `Error: ${text}` : text
}
