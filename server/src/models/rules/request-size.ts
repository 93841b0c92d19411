// How long a request to a model is: from that the tokens are estimated that a provider does not report. Pure.
import type { ModelMessage, ModelRequest } from '../port.ts'

export function charactersOfRequest({ system, messages, tools }: ModelRequest): number {
  const offered = tools.length === 0 ? 0 : JSON.stringify(tools).length
  return system.length + offered + messages.reduce((sum, message) => sum + charactersOf(message), 0)
}

function charactersOf(message: ModelMessage): number {
  switch (message.role) {
    case 'user':
      return message.text.length
    case 'assistant':
      return message.text.length + (message.tool_calls.length === 0 ? 0 : JSON.stringify(message.tool_calls).length)
    case 'tool':
      return JSON.stringify(message.results).length
  }
}
