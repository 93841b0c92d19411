// Webhook endpoints, their deliveries as they arrive, and the list of deliveries.
import { makeAgent, type Walk, until } from '../world.ts'
import { unknown_id } from './constants.ts'
import { begin } from './messages.ts'

const url = 'https://receiver.example.test/hook'

export async function walkWebhooks(walk: Walk): Promise<void> {
  const { call } = walk
  const made = await call('createWebhookEndpoint', 'with everything', {
    body: { url: ` ${url}\n`, events: ['turn.*', 'webhook.test'], description: 'Ours', active: false },
  })
  await call('createWebhookEndpoint', 'faults', {
    body: { url: 'ftp://x', events: ['nothing.*'], description: 7, agent_id: 'x' },
  })
  await call('createWebhookEndpoint', 'of an unknown agent', { body: { url, events: ['*'], agent_id: unknown_id } })
  await call('createWebhookEndpoint', 'with a user name', {
    body: { url: 'https://a:b@receiver.example.test', events: ['*'] },
  })
  const params = { webhook_id: made.json.id as string }
  await call('getWebhookEndpoint', 'as it is', { params })
  await call('testWebhookEndpoint', 'inactive', { params })
  await call('updateWebhookEndpoint', 'other events', { params, body: { events: ['*'], description: null } })
  await call('updateWebhookEndpoint', 'faults', { params, body: { url: 'nowhere', events: [] } })
  await call('rotateWebhookSecret', 'with time for the old one', { params, body: { previous_valid_seconds: 60 } })
  await call('rotateWebhookSecret', 'at once', { params })
  await call('rotateWebhookSecret', 'faults', { params, body: { previous_valid_seconds: -1 } })
  await walk.prepare('createWebhookEndpoint', { body: { url, events: ['*'], active: false } })
  const page = await call('listWebhookEndpoints', 'the first page', { query: 'limit=1' })
  await call('listWebhookEndpoints', 'the last page', { query: `limit=1&cursor=${page.json.pagination.next_cursor}` })
  await call('deleteWebhookEndpoint', 'one', { params })
  await call('deleteWebhookEndpoint', 'again', { params })
  await call('getWebhookEndpoint', 'deleted', { params })
  for (let count = 1; count < 50; count += 1) {
    await walk.prepare('createWebhookEndpoint', { body: { url, events: ['*'], active: false } })
  }
  await call('createWebhookEndpoint', 'one too many', { body: { url, events: ['*'] } })
}

export async function walkDeliveries(walk: Walk): Promise<void> {
  const { call, world } = walk
  const watcher = await walk.watch()
  const agent_id = await makeAgent(walk)
  world.peer.requests.length = 0
  let status = 200
  world.peer.answer = (_request, response) =>
    response.writeHead(status, { 'content-type': 'text/plain' }).end('Thank you')
  const made = await walk.prepare('createWebhookEndpoint', {
    body: { url: `${world.peer.url}/hook`, events: ['conversation.*', 'webhook.test'] },
  })
  const params = { webhook_id: made.json.id as string }
  const untilTried = (event_type: string, tries = 1) =>
    until(async () => {
      const { data } = await watcher.listWebhookDeliveries(params)
      return data.some((one) => one.event_type === event_type && one.tries.length >= tries)
    })
  await call('testWebhookEndpoint', 'an active one', { params })
  await untilTried('webhook.test')
  tellDeliveries(walk)
  const conversation = await begin(walk, agent_id)
  await untilTried('conversation.created')
  await untilTried('conversation.started')
  tellDeliveries(walk)
  const listed = await call('listWebhookDeliveries', 'delivered ones', { params, query: 'status=delivered&limit=2' })
  await call('listWebhookDeliveries', 'the next page', {
    params,
    query: `status=delivered&limit=2&cursor=${listed.json.pagination.next_cursor}`,
  })
  await call('listConversationDeliveries', 'the first page', { params: conversation, query: 'limit=1' })
  await call('listConversationDeliveries', 'faults', { params: conversation, query: 'status=lost&cursor=x' })
  status = 500
  await walk.prepare('endConversation', { params: conversation })
  await untilTried('conversation.ended')
  tellDeliveries(walk)
  await call('listWebhookDeliveries', 'pending ones', { params, query: 'status=pending' })
  await call('getWebhookEndpoint', 'that fails', { params })
  const delivery_id: string = listed.json.data[0].id
  status = 204
  await call('redeliverWebhookDelivery', 'one', { params: { ...params, delivery_id } })
  await call('redeliverWebhookDelivery', 'unknown', { params: { ...params, delivery_id: unknown_id } })
  await call('redeliverWebhookDeliveries', 'failed ones', {
    params,
    body: { after: '2020-01-01T00:00:00Z', before: '2020-02-01T00:00:00Z', only_failed: true },
  })
  await call('redeliverWebhookDeliveries', 'faults', { params, body: { after: 'yesterday', only_failed: 1 } })
  await call('listConversationDeliveries', 'of an unknown conversation', { params: { conversation_id: unknown_id } })
}

/** What has arrived since the last time. */
function tellDeliveries({ tell, world }: Walk): void {
  for (const { method, url: path, raw_headers, body } of world.peer.requests.splice(0)) {
    const headers = raw_headers.flatMap((name, index) => (index % 2 ? [] : [`${name}: ${raw_headers[index + 1]}`]))
    tell('the delivery, as it arrives', () => [`${method} ${path}`, ...headers, body])
  }
}
