// What is recorded of a visitor who is refused: one widget, whose settings change from one refusal to the next.
import { answerJson } from '../support/tool-peer.ts'
import type { Walk } from '../wire/world.ts'

interface Visitor {
  params: { web_widget_id: string }
  as: string
  headers: { origin: string }
  embed_token: string
}

export async function walkVisitorRefusals(walk: Walk, agent_id: string): Promise<void> {
  const { prepare } = walk
  const made = await prepare('createWebWidget', { body: { agent_id, published: true } })
  const params = { web_widget_id: made.json.id as string }
  const set = (body: object) => prepare('updateWebWidget', { params, body })
  const visitor = await enterTwice(walk, params)
  await walkCaptcha(walk, visitor, set)
  await walkCaps(walk, visitor, set)
}

type Set = (body: object) => Promise<unknown>

async function enterTwice({ call, prepare, world }: Walk, params: Visitor['params']): Promise<Visitor> {
  const page = await (await fetch(`${world.server.url}/public/embed/${params.web_widget_id}/frame`)).text()
  const [, embed_token] = /name="parley-embed-token" content="([^"]*)"/.exec(page)!
  const headers = { origin: new URL(world.server.url).origin }
  const entered = await prepare('enterWebWidget', { params, as: null, headers, body: { embed_token } })
  await call('enterWebWidget', 'with an identity that nobody signed', {
    params,
    as: null,
    headers,
    body: { embed_token, identity: { token: 'x' } },
  })
  await prepare('updateWebWidget', { params, body: { identity: { required: true } } })
  await call('enterWebWidget', 'as a guest of a widget for known users', {
    params,
    as: null,
    headers,
    body: { embed_token },
  })
  await prepare('updateWebWidget', { params, body: { identity: { required: false } } })
  return { params, as: entered.json.visitor_token as string, headers, embed_token: embed_token! }
}

async function walkCaptcha({ call, prepare, world }: Walk, visitor: Visitor, set: Set): Promise<void> {
  await prepare('setSecret', { params: { name: 'CAPTCHA' }, body: { value: 'secret of the provider' } })
  await set({ captcha: { provider: 'turnstile', site_key: 'site', secret_name: 'CAPTCHA', when: 'always' } })
  await call('startWebWidgetConversation', 'without a CAPTCHA', { ...visitor, body: {} })
  world.peer.answer = (_request, response) => answerJson(response, { success: false })
  await call('startWebWidgetConversation', 'with a wrong CAPTCHA', { ...visitor, body: { captcha_token: 'x' } })
  world.peer.answer = (_request, response) => response.destroy()
  await call('startWebWidgetConversation', 'while the provider is down', { ...visitor, body: { captcha_token: 'x' } })
  await set({ captcha: null })
}

async function walkCaps({ call, prepare, organization }: Walk, visitor: Visitor, set: Set): Promise<void> {
  await set({ limits: { messages_per_conversation: 1, active_conversations: 1 } })
  const started = await prepare('startWebWidgetConversation', { ...visitor, body: {} })
  const conversation_id = started.json.conversation.id as string
  const said = { ...visitor, as: started.json.token as string, params: { conversation_id } }
  await prepare('sendConversationMessage', { ...said, body: { text: 'Hello' } })
  await call('sendConversationMessage', 'more than a visitor may', { ...said, body: { text: 'Hello' } })
  const other = await prepare('enterWebWidget', { ...visitor, as: null, body: { embed_token: visitor.embed_token } })
  await call('startWebWidgetConversation', 'more than may be active', {
    ...visitor,
    as: other.json.visitor_token as string,
    body: {},
  })
  await organization.client.endConversation({ conversation_id })
  await set({ config: { post_conversation_feedback: { enabled: false } } })
  await call('giveFeedback', 'where none is asked for', { ...visitor, body: { conversation_id, rating: 5 } })
  await set({ config: {} })
  await call('giveFeedback', 'after the end', { ...visitor, body: { conversation_id, rating: 4 } })
  await prepare('createWebWidgetBlock', { params: visitor.params, body: { conversation_id } })
  await call('startWebWidgetConversation', 'by a visitor who is blocked', { ...visitor, body: {} })
}
