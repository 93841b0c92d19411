// People, agents and conversations of the tests of hand-off.
import type { ConversationEvent } from '@parley/contract'
import { type User, makeUser } from '../support/actors.ts'
import { type TestServer, publishAgent } from '../support/server.ts'

/** A person of another desk. */
export const desk = { id: 'agent-7', name: 'Ada Desk' }

/** A member who can answer, with a client of their own. */
export async function makePerson(server: TestServer, role: 'admin' | 'responder' | 'viewer' = 'responder') {
  const user: User = await makeUser(server, server.organization_id, role)
  const client = server.as({ token: user.token, organization_id: server.organization_id })
  return { ...user, client }
}
export type Person = Awaited<ReturnType<typeof makePerson>>

export interface Talk {
  id: string
  say(text: string, more?: object): ReturnType<TestServer['client']['sendConversationMessage']>
  read(): ReturnType<TestServer['client']['getConversation']>
  /** The texts of the transcript with their authors. */
  said(): Promise<string[]>
  events(): Promise<ConversationEvent[]>
  types(): Promise<string[]>
}

/** A new conversation of a new agent with this configuration. */
export async function talkWith(server: TestServer, config: object = {}): Promise<Talk> {
  const { agent_id } = await publishAgent(server.client, config)
  const asked = { channel: 'text' as const, user_id: 'ada', agent_id }
  const { conversation } = await server.client.createConversation(asked)
  return talkOf(server, conversation.id)
}

export function talkOf({ client, database }: TestServer, id: string): Talk {
  const read = () => client.getConversation({ conversation_id: id })
  const events = async () => {
    const { rows } = await database.pool.query<ConversationEvent>(
      'select id, conversation_id, sequence, type, occurred_at, data from events where conversation_id = $1 order by sequence',
      [id],
    )
    return rows
  }
  return {
    ...{ id, read, events },
    say: (text, more = {}) => client.sendConversationMessage({ conversation_id: id, text, ...more }),
    async said() {
      const { conversation } = await read()
      return conversation!.items.map((item) =>
        item.type === 'message'
          ? `${item.author!.type}${item.interrupted ? ', interrupted' : ''}: ${item.content!.join('')}`
          : item.type,
      )
    },
    types: async () => (await events()).map(({ type }) => type),
  }
}
