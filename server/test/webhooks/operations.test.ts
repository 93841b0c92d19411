// The operations on webhook endpoints beyond what every operation has in common, and which events an endpoint gets.
import { deliveredTypes, matchesEvent } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanUp } from '../../src/webhooks/lanes.ts'
import { makeKey, makeOrganization } from '../support/actors.ts'
import { publishAgent, refusal } from '../support/server.ts'
import { type World, expectSettled, soon, startWorld } from './fixture.ts'
import { answer } from './receiver.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const url = 'https://receiver.test/hook'
const faultsOf = async (call: Promise<unknown>) => {
  const { status, body } = await refusal(call)
  expect(status).toBe(422)
  return (body as { errors: { path: string }[] }).errors.map(({ path }) => path)
}

describe('endpoints', () => {
  test('the secret is shown at creation and at rotation, and is stored nowhere in plain text', async () => {
    const { secret, ...endpoint } = await world.client.createWebhookEndpoint({ url, events: ['*'] })
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const { id: webhook_id } = endpoint
    expect(await world.client.getWebhookEndpoint({ webhook_id })).toEqual(endpoint)
    const rotated = await world.client.rotateWebhookSecret({ webhook_id })
    expect(rotated.secret).not.toBe(secret)
    const rows = await world.query<{ text: string; secret: Buffer }>(
      'select w::text as text, secret from webhook_endpoints w',
    )
    for (const one of [secret, rotated.secret]) {
      const bytes = Buffer.from(one.slice('whsec_'.length), 'base64')
      for (const row of rows) {
        expect(row.text).not.toContain(one)
        expect(row.text).not.toContain(bytes.toString('hex'))
        expect(row.secret.includes(Buffer.from(one))).toBe(false)
      }
    }
    const { data } = await world.client.listWebhookEndpoints()
    expect(JSON.stringify(data)).not.toContain('whsec_')
    await world.client.deleteWebhookEndpoint({ webhook_id })
  })

  test('PUT changes only the given fields', async () => {
    const { secret: _, ...endpoint } = await world.client.createWebhookEndpoint({
      url,
      events: ['*'],
      description: 'D',
    })
    const webhook_id = endpoint.id
    const changed = await world.client.updateWebhookEndpoint({ webhook_id, events: ['turn.*', 'message.created'] })
    expect(changed).toEqual({ ...endpoint, events: ['turn.*', 'message.created'], updated_at: changed.updated_at })
    expect(changed.updated_at > endpoint.updated_at).toBe(true)
    expect(await world.client.updateWebhookEndpoint({ webhook_id })).toEqual(changed)
    const cleared = await world.client.updateWebhookEndpoint({ webhook_id, description: null, active: false })
    expect(cleared).toMatchObject({ description: null, active: false, disabled_at: null, url })
    expect(await refusal(world.client.testWebhookEndpoint({ webhook_id }))).toMatchObject({ code: 'webhook_inactive' })
    await world.client.deleteWebhookEndpoint({ webhook_id })
  })

  test('white space around an address is removed', async () => {
    const endpoint = await world.client.createWebhookEndpoint({ url: ` ${url}\n`, events: ['*'] })
    expect(endpoint.url).toBe(url)
    const { id: webhook_id } = endpoint
    expect((await world.client.updateWebhookEndpoint({ webhook_id, url: `\t${url}/2 ` })).url).toBe(`${url}/2`)
    await world.client.deleteWebhookEndpoint({ webhook_id })
  })

  test.each([
    ['only white space', { url: ' \n' }, ['url']],
    ['another protocol', { url: 'ftp://receiver.test/' }, ['url']],
    ['a user name', { url: 'https://user:secret@receiver.test/' }, ['url']],
    [
      'no address, and patterns that match nothing',
      { url: 'nonsense', events: ['conversation.*', 'conversation.exploded', 'turn'] },
      ['url', 'events.1', 'events.2'],
    ],
    ['no pattern', { events: [] }, ['events']],
    ['an agent that does not exist', { agent_id: '0190c000-0000-7000-8000-000000000001' }, ['agent_id']],
    ['a long address', { url: `https://receiver.test/${'x'.repeat(2048)}` }, ['url']],
  ])('%s is refused', async (_what, fields, paths) => {
    expect(await faultsOf(world.client.createWebhookEndpoint({ url, events: ['*'], ...fields }))).toEqual(paths)
    const { id: webhook_id } = await world.client.createWebhookEndpoint({ url, events: ['*'] })
    expect(await faultsOf(world.client.updateWebhookEndpoint({ webhook_id, ...fields }))).toEqual(paths)
    await world.client.deleteWebhookEndpoint({ webhook_id })
  })

  test('at most 50 for an organization, even if created simultaneously', async () => {
    const { client } = await makeOrganization(world.server)
    const create = () => client.createWebhookEndpoint({ url, events: ['*'] })
    for (let n = 0; n < 45; n += 1) await create()
    const results = await Promise.allSettled(Array.from({ length: 10 }, create))
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(5)
    expect(await refusal(create())).toMatchObject({ status: 409, code: 'too_many_webhooks' })
    const first = await client.listWebhookEndpoints({ limit: 30 })
    const rest = await client.listWebhookEndpoints({ limit: 30, cursor: first.pagination.next_cursor! })
    const all = [...first.data, ...rest.data]
    const ids = all.map(({ id }) => id)
    expect(new Set(ids).size).toBe(50)
    const times = all.map(({ created_at }) => created_at)
    expect(times).toEqual(times.toSorted().toReversed())
    await client.deleteWebhookEndpoint({ webhook_id: ids[0]! })
    await create()
  })

  test('callers without access to messages cannot have events sent, or read what a receiver echoes', async () => {
    const manager = world.server.as({ token: await makeKey(world.server, { only: ['webhooks:manage'] }) })
    const error = await refusal(manager.createWebhookEndpoint({ url, events: ['*'] }))
    expect(error).toMatchObject({ status: 403, code: 'forbidden' })
    expect(error.message).toContain('conversations:read_sensitive')
    world.receiver.answer = (response, { body }) => answer(response, 200, body)
    const webhook_id = await world.newEndpoint()
    expect(await refusal(manager.updateWebhookEndpoint({ webhook_id, url }))).toMatchObject({ status: 403 })
    await world.newConversation()
    await expectSettled(world, webhook_id)
    const [seen] = (await world.client.listWebhookDeliveries({ webhook_id })).data
    expect(seen!.tries[0]!.response_body).toContain('conversation.')
    const [hidden] = (await manager.listWebhookDeliveries({ webhook_id })).data
    expect(hidden).toMatchObject({ id: seen!.id, tries: [{ status: 200, response_body: null }] })
    await world.client.deleteWebhookEndpoint({ webhook_id })
  })

  test('a secret that the key of the server cannot open is a failed try with that reason', async () => {
    const webhook_id = await world.newEndpoint()
    await world.query(`update webhook_endpoints set secret = 'sealed with another key, or so it seems' where id = $1`, [
      webhook_id,
    ])
    await world.client.testWebhookEndpoint({ webhook_id })
    await expectSettled(world, webhook_id)
    const [delivery] = await world.deliveries(webhook_id)
    expect(delivery!.tries).toMatchObject([{ status: null, error: expect.stringContaining('Rotate it') }])
    world.receiver.secret = (await world.client.rotateWebhookSecret({ webhook_id, previous_valid_seconds: 0 })).secret
    await world.newConversation()
    await expectSettled(world, webhook_id)
    await world.client.deleteWebhookEndpoint({ webhook_id })
  })

  test('a deleted one gets no more events, and the clean-up job removes its deliveries', async () => {
    const webhook_id = await world.newEndpoint()
    await world.newConversation()
    await expectSettled(world, webhook_id)
    await world.client.deleteWebhookEndpoint({ webhook_id })
    const before = world.receiver.received.length
    await world.newConversation()
    expect(await refusal(world.client.listWebhookDeliveries({ webhook_id }))).toMatchObject({ status: 404 })
    const left = () =>
      world.query(
        `select id from webhook_endpoints where id = $1 union all select id from webhook_deliveries where endpoint_id = $1`,
        [webhook_id],
      )
    expect((await left()).length).toBeGreaterThan(1)
    for (let round = 0; (await left()).length > 0; round += 1) {
      expect(round).toBeLessThan(10)
      await cleanUp(world.server.database, 1)
    }
    expect(world.receiver.received.length).toBe(before)
  })
})

describe('which events are delivered', () => {
  test('those that match a pattern, of the organization and the agent; none while the endpoint is inactive', async () => {
    const other = await publishAgent(world.client)
    const outsider = await makeOrganization(world.server)
    const theirs = await outsider.client.createWebhookEndpoint({ url: world.receiver.url, events: ['*'] })
    const ended = await world.newEndpoint({ events: ['conversation.ended'] })
    const ofOther = await world.newEndpoint({
      agent_id: other.agent_id,
      events: ['conversation.created'],
      url: `${world.receiver.url}/2`,
    })
    const inactive = await world.newEndpoint({ active: false, url: `${world.receiver.url}/3` })
    world.receiver.secret = null
    const [first, second] = [await world.newConversation(), await world.newConversation(other.agent_id)]
    for (const conversation_id of [first, second]) await world.client.endConversation({ conversation_id })
    for (const webhook_id of [ended, ofOther]) await expectSettled(world, webhook_id)
    const seen = async (webhook_id: string) =>
      (await world.deliveries(webhook_id)).map((one) => [one.conversation_id, one.event_type])
    expect(await seen(ended)).toEqual([
      [first, 'conversation.ended'],
      [second, 'conversation.ended'],
    ])
    expect(await seen(ofOther)).toEqual([[second, 'conversation.created']])
    expect(await seen(inactive)).toEqual([])
    expect((await outsider.client.listWebhookDeliveries({ webhook_id: theirs.id })).data).toEqual([])
    for (const webhook_id of [ended, ofOther, inactive]) await world.client.deleteWebhookEndpoint({ webhook_id })
  })

  test('the database has the same rule for patterns as the operations', async () => {
    const patterns = [
      '*',
      '*.*',
      '.*',
      'conversation.*',
      'conversation.',
      'turn.*',
      'message.created',
      'conversation.ended',
    ]
    for (const type of deliveredTypes) {
      for (const pattern of patterns) {
        const [row] = await world.query<{ matches: boolean }>('select matches_event($1, $2) as matches', [
          [pattern],
          type,
        ])
        expect([type, pattern, row!.matches]).toEqual([type, pattern, matchesEvent([pattern], type)])
      }
    }
  })
})

test('deliveries are listed by status, page by page, and deleted after 30 days', async () => {
  const webhook_id = await world.newEndpoint({ events: ['conversation.updated'] })
  world.receiver.answer = (response) => answer(response, 200)
  const id = await world.newConversation()
  await world.change(id, 5)
  await expectSettled(world, webhook_id)
  const first = await world.client.listWebhookDeliveries({ webhook_id, status: 'delivered', limit: 3 })
  const cursor = first.pagination.next_cursor!
  const rest = await world.client.listWebhookDeliveries({ webhook_id, status: 'delivered', limit: 3, cursor })
  expect(rest.pagination.next_cursor).toBeNull()
  const sequences = [...first.data, ...rest.data].map(({ sequence }) => sequence!)
  expect(sequences).toEqual(Array.from({ length: 5 }, (_, n) => sequences[0]! - n))
  expect((await world.client.listWebhookDeliveries({ webhook_id, status: 'failed' })).data).toEqual([])

  await world.query(
    `update webhook_deliveries set created_at = now() - interval '30 days 1 second' where endpoint_id = $1 and sequence <= $2`,
    [webhook_id, sequences[2]],
  )
  await cleanUp(world.server.database, 100)
  await expect.poll(async () => (await world.deliveries(webhook_id)).length, soon).toBe(2)
})

test('a conversation’s deliveries are listed over all endpoints, page by page; not those of a deleted endpoint', async () => {
  world.receiver.answer = (response, { event }) => answer(response, event.type === 'conversation.updated' ? 500 : 204)
  const webhooks = [await world.newEndpoint(), await world.newEndpoint({ url: `${world.receiver.url}/2` })]
  world.receiver.secret = null
  const deleted = await world.newEndpoint({ url: `${world.receiver.url}/3` })
  const [conversation_id, other] = [await world.newConversation(), await world.newConversation()]
  await world.change(conversation_id, 2)
  for (const id of [conversation_id, other]) await world.client.endConversation({ conversation_id: id })
  await world.client.deleteWebhookEndpoint({ webhook_id: deleted })
  const endpoints = (await world.client.listWebhookEndpoints({ limit: 100 })).data
  const wanted = (await Promise.all(endpoints.map(({ id }) => world.deliveries(id))))
    .flat()
    .filter((one) => one.conversation_id === conversation_id)
    .toSorted((a, b) => b.sequence! - a.sequence! || (a.id < b.id ? 1 : -1))
  expect(wanted.length).toBeGreaterThanOrEqual(8)
  const listed: string[] = []
  for (let cursor: string | null = null, pages = 0; ; pages += 1) {
    const start = cursor === null ? {} : { cursor }
    const page = await world.client.listConversationDeliveries({ conversation_id, limit: 3, ...start })
    listed.push(...page.data.map(({ id }) => id))
    cursor = page.pagination.next_cursor
    if (cursor === null) break
    expect(pages).toBeLessThan(20)
  }
  expect(listed).toEqual(wanted.map(({ id }) => id))

  const pending = await world.client.listConversationDeliveries({ conversation_id, status: 'pending', limit: 100 })
  expect(pending.data.map(({ event_type }) => event_type)).toContain('conversation.updated')
  for (const { status } of pending.data) expect(status).toBe('pending')
  for (const cursor of ['nonsense', Buffer.from('["1","x"]').toString('base64url')]) {
    expect(await faultsOf(world.client.listConversationDeliveries({ conversation_id, cursor }))).toEqual(['cursor'])
  }
  await world.client.deleteConversation({ conversation_id })
  expect(await refusal(world.client.listConversationDeliveries({ conversation_id }))).toMatchObject({ status: 404 })
  for (const webhook_id of webhooks) await world.client.deleteWebhookEndpoint({ webhook_id })
})
