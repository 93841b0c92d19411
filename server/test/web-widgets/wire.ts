// What is recorded of web widgets.
import { unknown_id } from '../wire/walks/constants.ts'
import { type Walk, makeAgent } from '../wire/world.ts'
import { makeWidgetConversation } from './fixture.ts'
import { walkVisitorRefusals } from './wire-refusals.ts'

export const walks = {
  async 'web-widgets'(walk: Walk) {
    const { call } = walk
    const agent_id = await makeAgent(walk)
    const widgets = { params: { web_widget_id: await walkWidgets(walk, agent_id) } }
    await walkKeys(walk, widgets)
    await walkBlocks(walk, widgets, agent_id)
    await call('revokeWebWidgetVisitors', 'until a time', {
      ...widgets,
      body: { revoked_before: '2026-01-01T00:00:00Z' },
    })
    await call('revokeWebWidgetVisitors', 'in the future', {
      ...widgets,
      body: { revoked_before: '9999-01-01T00:00:00Z' },
    })
    const { url } = (await call('previewWebWidget', 'of one', widgets)).json as { url: string }
    walk.name(new URL(url).searchParams.get('preview')!, '<preview token>')
    await walkPages(walk, widgets)
    await walkVisitors(walk, agent_id)
    await call('deleteAgent', 'with a live widget', { params: { agent_id } })
    await call('deleteWebWidget', 'one', widgets)
    await call('deleteWebWidget', 'again', widgets)
    for (let count = 1; count < 3; count += 1) await walk.prepare('createWebWidget', { body: { agent_id } })
    await call('createWebWidget', 'one too many', { body: { agent_id } })
  },
  async 'web-widget-refusals'(walk: Walk) {
    await walkVisitorRefusals(walk, await makeAgent(walk))
  },
}

interface Named {
  params: { web_widget_id: string }
}

async function walkWidgets({ call, prepare }: Walk, agent_id: string): Promise<string> {
  const made = await call('createWebWidget', 'with an agent alone', { body: { agent_id } })
  const params = { web_widget_id: made.json.id as string }
  await call('createWebWidget', 'faults', {
    body: { agent_id, name: ' ', domains: ['*'], config: { theme: 'x' }, limits: { tokens_per_day: 1 } },
  })
  await call('createWebWidget', 'of an unknown agent', { body: { agent_id: unknown_id } })
  await call('createWebWidget', 'of an unknown version', { body: { agent_id, agent_version_id: unknown_id } })
  await call('getWebWidget', 'as it is', { params })
  const config = { suggestedQuestions: [{ text: 'When?' }], trigger: { position: 'bottom_left' }, pet: 1 }
  const body = { name: 'Shop', domains: ['Example.com/'], published: true, config, limits: { tokens_per_day: null } }
  await call('updateWebWidget', 'with everything', { params, body })
  await call('updateWebWidget', 'an old revision', { params, body: { name: 'x' }, headers: { 'if-match': '1' } })
  await call('getAgent', 'with a web widget', { params: { agent_id } })
  await prepare('createWebWidget', { body: { agent_id } })
  const page = await call('listWebWidgets', 'the first page', { query: 'limit=1' })
  await call('listWebWidgets', 'the last page', { query: `limit=1&cursor=${page.json.pagination.next_cursor}` })
  return params.web_widget_id
}

async function walkKeys({ call, prepare, name }: Walk, { params }: Named): Promise<void> {
  const made = await call('createWebWidgetIdentityKey', 'the first', { params })
  name(made.json.secret as string, '<identity secret>')
  await prepare('createWebWidgetIdentityKey', { params })
  await call('createWebWidgetIdentityKey', 'one too many', { params })
  await call('listWebWidgetIdentityKeys', 'both', { params })
  const key = { params: { ...params, key_id: made.json.key_id as string } }
  await call('deleteWebWidgetIdentityKey', 'one', key)
  await call('deleteWebWidgetIdentityKey', 'again', key)
}

async function walkBlocks({ call, organization, world }: Walk, { params }: Named, agent_id: string): Promise<void> {
  const server = { database: world.server.database, client: organization.client, organization_id: organization.id }
  const conversation = () => makeWidgetConversation(server, agent_id, params.web_widget_id, 'guest_x')
  const [conversation_id, other] = [await conversation(), await conversation()]
  const made = await call('createWebWidgetBlock', 'of a conversation', {
    params,
    body: { conversation_id, hours: 1, reason: 'Spam' },
  })
  await call('createWebWidgetBlock', 'of an unknown conversation', { params, body: { conversation_id: unknown_id } })
  await call('createWebWidgetBlock', 'one too many', { params, body: { conversation_id: other } })
  await call('listWebWidgetBlocks', 'all', { params })
  const block = { params: { ...params, block_id: made.json.block_id as string } }
  await call('deleteWebWidgetBlock', 'one', block)
  await call('deleteWebWidgetBlock', 'again', block)
}

async function walkPages({ call, world }: Walk, { params }: Named): Promise<void> {
  world.peer.answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<title>Harbour Lamps</title><meta name="theme-color" content="#0b5fff">')
  }
  await call('checkWebWidget', 'nobody is there', { params, body: { url: 'http://10.0.0.1/' } })
  await call('checkWebWidget', 'faults', { params, body: { url: 'ftp://example.com' } })
  await call('autoBrandWebWidget', 'a site', { params, body: { domain: 'https://www.example.com/' } })
  await call('autoBrandWebWidget', 'faults', { params, body: { domain: 'localhost' } })
  world.peer.answer = (_request, response) => response.writeHead(404).end()
  await call('autoBrandWebWidget', 'nothing is found', { params, body: { domain: 'example.com' } })
}

async function walkVisitors({ call, prepare, organization, world }: Walk, agent_id: string): Promise<void> {
  const form = { id: 'before', fields: [{ id: 'email', label: 'E-mail', type: 'email', required: true }] }
  const config = { pre_conversation_form: form }
  const made = await prepare('createWebWidget', { body: { agent_id, published: true, config } })
  const params = { web_widget_id: made.json.id as string }
  const page = await (await fetch(`${world.server.url}/public/embed/${params.web_widget_id}/frame`)).text()
  const [, embed_token] = /name="parley-embed-token" content="([^"]*)"/.exec(page)!
  const headers = { origin: new URL(world.server.url).origin }
  await call('getPublicWebWidget', 'as it is', { params, as: null })
  await call('enterWebWidget', 'without an embed token', { params, as: null, headers, body: {} })
  const entered = await call('enterWebWidget', 'as a guest', { params, as: null, headers, body: { embed_token } })
  const visitor = { params, as: entered.json.visitor_token as string, headers }
  await call('startWebWidgetConversation', 'without the form', { ...visitor, body: {} })
  const answers = { form: { email: 'a@b.test' }, page: { url: 'https://shop.test/?a=1' }, locale: 'de' }
  const started = await call('startWebWidgetConversation', 'the first', { ...visitor, body: answers })
  await call('startWebWidgetConversation', 'again', { ...visitor, body: answers })
  const conversation_id = started.json.conversation.id as string
  const own = { ...visitor, params: { ...params, conversation_id } }
  await call('createVisitorConversationToken', 'of an active one', own)
  await call('updateVisitorConversation', 'its page', { ...own, body: { client: { cart: 2 } } })
  await call('readVisitorConversation', 'so far', { ...own, body: { position: 0 } })
  await call('giveConversationFeedback', 'too early', { ...own, body: { rating: 5 } })
  await organization.client.endConversation({ conversation_id })
  await call('giveConversationFeedback', 'after the end', { ...own, body: { rating: 5 } })
  await call('giveFeedback', 'again', { ...visitor, body: { conversation_id, rating: 5 } })
  await call('listVisitorConversations', 'all', visitor)
  await call('getWebWidgetStatistics', 'before anything', { params, query: 'from=2026-01-01&to=2026-01-02' })
  await prepare('deleteWebWidget', { params })
}
