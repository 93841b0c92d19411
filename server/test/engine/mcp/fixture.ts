// A server with agents that use MCP servers, and a model that calls the tools that a test names.
import type { CallingAnswer, ChatRequest } from '../../support/scripted-model.ts'
import { type TestServer, publishAgent } from '../../support/server.ts'

export type Settings = { name?: string; headers?: object; allowed_tools?: string[]; timeout_ms?: number }

/** A conversation with an agent of its own. */
export async function beginWith(server: TestServer, mcp_servers: object[], config: object = {}, metadata: object = {}) {
  const { agent_id } = await publishAgent(server.client, { mcp_servers, ...config })
  const { conversation } = await server.client.createConversation({
    channel: 'text',
    user_id: 'ada',
    agent_id,
    custom_metadata: metadata as Record<string, never>,
  })
  const conversation_id = conversation.id
  return {
    conversation_id,
    send: (text = 'Tea, please') => server.client.sendConversationMessage({ conversation_id, text }),
  }
}

export const call = (name: string, given: object | string = { what: 'tea' }) => ({ name, arguments: given })

/** Answers with calls first, then with a text that quotes each result. */
export function callThenTell(server: TestServer, ...answers: CallingAnswer[]) {
  server.model.answer = ({ messages }: ChatRequest) => {
    const results = messages
      .slice(messages.findLastIndex(({ role }) => role === 'user'))
      .filter(({ role }) => role === 'tool')
    return answers.shift() ?? `Told: ${results.map(({ content }) => content).join(' | ')}`
  }
}

/** The tools that the model was offered in its last call. */
export function offeredBy(server: TestServer): string[] {
  return (server.model.requests.at(-1)!.tools ?? []).map((tool) => tool.function.name)
}

export const systemOf = (server: TestServer) => server.model.requests.at(-1)!.messages[0]!.content
