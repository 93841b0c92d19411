// Web widgets of a test: agents, widgets, and conversations that visitors would have begun.
import { publishAgent, type TestServer } from '../support/server.ts'

/** Begun through the API, and given to a widget as a start does. */
export async function makeWidgetConversation(
  { client, database, organization_id }: Pick<TestServer, 'client' | 'database' | 'organization_id'>,
  agent_id: string,
  widget_id: string,
  user_id = `guest_${crypto.randomUUID()}`,
): Promise<string> {
  const { conversation } = await client.createConversation({ channel: 'text', user_id, agent_id })
  await database.pool.query(
    `insert into web_widget_conversations (conversation_id, organization_id, widget_id, user_id, address_hash, is_preview, created_at)
     values ($1, $2, $3, $4, '\\x01', false, $5)`,
    [conversation.id, organization_id, widget_id, user_id, conversation.created_at],
  )
  return conversation.id
}

/** A live widget of a new agent. */
export async function makeLiveWidget({ client }: Pick<TestServer, 'client'>, more: object = {}) {
  const { agent_id, version_id } = await publishAgent(client)
  const widget = await client.createWebWidget({ agent_id, published: true, ...more })
  return { agent_id, version_id, widget, web_widget_id: widget.id }
}
