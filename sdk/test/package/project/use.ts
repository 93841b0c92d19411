// What the types say. It is compiled by each version of TypeScript, without looking away from the package's declarations.
import {
  type ApiError,
  type Conversation,
  type ErrorCode,
  type Input,
  type ListedAgent,
  type TurnStreamEvent,
  call,
  createClient,
  isApiError,
  operations,
} from '@parley/sdk'
import { type WebhookEvent, verifyWebhook } from '@parley/sdk/webhooks'

const client = createClient({ base_url: 'http://localhost:8080', token: 'ak_a.b' })

export async function use(): Promise<void> {
  const conversation: Conversation = await client.getConversation({ conversation_id: 'c' })
  const status: 'completed' | 'in_progress' | string = conversation.status
  await call({ base_url: '' }, operations.endConversation, { conversation_id: status, mode: 'finish' })
  await call(client, operations.listAgents)
  // @ts-expect-error the conversation is missing
  await call(client, operations.endConversation, {})
  // @ts-expect-error no such mode
  await client.endConversation({ conversation_id: 'c', mode: 'slowly' })
  // @ts-expect-error not a list
  client.iterate('getConversation')
  for await (const agent of client.iterate('listAgents', { limit: 5 })) take<ListedAgent>(agent)
  for await (const one of client.iterate('listConversations')) take<Conversation>(one)
  const message: Input<'sendConversationMessage'> = { conversation_id: 'c', text: 'Hi' }
  for await (const event of client.streamConversationMessage(message)) tell(event)
  const markdown: Response = await client.getSourceMarkdown({ source_id: 's' })
  await client.uploadSource({ source_id: 's', token: 't', file: markdown.body! })
  const nothing: void = await client.deleteConversation({ conversation_id: 'c' })
  take<void>(nothing)
  hear(await verifyWebhook('', new Headers(), 'whsec_'))
}

export function explain(error: unknown): string {
  if (isApiError(error, 'conversation_ended')) {
    take<'conversation_ended'>(error.code)
    return error.message
  }
  if (!isApiError(error)) return 'no answer'
  const code: ErrorCode = error.code
  take<ApiError>(error)
  return code
}

function tell(event: TurnStreamEvent): void {
  if (event.event === 'message.delta') take<string>(event.data.text)
  // @ts-expect-error only deltas have a text
  else take<string>(event.data.text)
}

function hear(event: WebhookEvent): void {
  if (event.type === 'message.created') take<string>(event.data.role)
}

function take<T>(_value: T): void {}
