// Deliveries as a receiver sees them: what arrives, in which order, how often, and what follows from its answers.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemPorts } from '../../src/base/ports.ts'
import { type World, expectSettled, sequencesOf, soon, startWorld, waits_longer_s } from './fixture.ts'
import { answer } from './receiver.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

test('every event of a conversation is delivered, in order, as it is in the log', async () => {
  await world.newEndpoint({ events: ['*'] })
  const id = await world.newConversation()
  await world.client.sendConversationMessage({ conversation_id: id, text: 'Hello' })
  await world.client.endConversation({ conversation_id: id })
  const events = await world.query<{ sequence: string; type: string; data: object; id: string }>(
    'select * from events where conversation_id = $1 order by sequence',
    [id],
  )
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['conversation.created', 'message.created', 'turn.completed', 'conversation.ended']),
  )
  await expect.poll(() => world.receiver.received.length, soon).toBe(events.length)
  const { organization_id } = world.server
  for (const [index, { event, headers }] of world.receiver.received.entries()) {
    const { sequence, type, data, id: event_id } = events[index]!
    const place = { organization_id, agent_id: world.agent_id, conversation_id: id, sequence: Number(sequence) }
    expect(event).toEqual({
      id: event_id,
      type,
      data,
      ...place,
      occurred_at: expect.stringMatching(/^\d{4}-.*\d{6}Z$/),
    })
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Parley' })
  }
})

test('an event is delivered as soon as this node has stored it, without waiting for the regular look', async () => {
  const { clock } = systemPorts
  // Nothing that waits for the 750 ms look arrives.
  const after: typeof clock.after = (ms, call) => (ms === 750 ? () => {} : clock.after(ms, call))
  await using idle = await startWorld({ clock: { ...clock, after } })
  await idle.newEndpoint({ events: ['conversation.created', 'conversation.updated', 'turn.completed'] })
  const id = await idle.newConversation()
  await idle.change(id)
  await idle.client.sendConversationMessage({ conversation_id: id, text: 'Hello' })
  const types = () => idle.receiver.received.map(({ event }) => event.type)
  await expect.poll(types, soon).toEqual(['conversation.created', 'conversation.updated', 'turn.completed'])
})

test('the next event of a conversation waits while the first is refused; another conversation does not', async () => {
  const webhook_id = await world.newEndpoint()
  const [first, second] = [await world.newConversation(), await world.newConversation()]
  await expectSettled(world, webhook_id)
  world.receiver.received.length = 0
  world.receiver.answer = (response, { event }) => answer(response, event.conversation_id === first ? 503 : 200)
  await world.change(first, 3)
  await world.change(second, 3)
  await expect.poll(() => sequencesOf(world.receiver, second).length, soon).toBe(3)
  await expect.poll(() => sequencesOf(world.receiver, first).length, soon).toBe(1)
  await world.passTime()
  await expect.poll(() => sequencesOf(world.receiver, first).length, soon).toBe(2)
  const [one, again] = world.receiver.received.filter(({ event }) => event.conversation_id === first)
  expect(again!.body).toBe(one!.body)
  expect(again!.headers['webhook-id']).toBe(one!.headers['webhook-id'])

  world.receiver.answer = (response) => answer(response, 200)
  await world.passTime()
  await expectSettled(world, webhook_id)
  const [head, ...rest] = sequencesOf(world.receiver, first).slice(2)
  expect([head, ...rest]).toEqual([one!.event.sequence, one!.event.sequence! + 1, one!.event.sequence! + 2])
})

test('eight tries at growing intervals; then the next event is delivered', async () => {
  const webhook_id = await world.newEndpoint({ events: ['conversation.updated'] })
  const id = await world.newConversation()
  world.receiver.answer = (response) => answer(response, 500, 'No.')
  await world.change(id, 2)
  const delays_s = [5, 30, 120, 600, 3600, 14_400, 64_800]
  const seen: number[] = []
  for (let made = 1; made <= 7; made += 1) {
    await expect.poll(async () => (await world.deliveries(webhook_id))[0]!.tries.length, soon).toBe(made)
    const { started_at } = (await world.deliveries(webhook_id))[0]!.tries.at(-1)!
    const [lane] = await world.query<{ wait_s: number }>(
      `select extract(epoch from next_attempt_at - $1::timestamptz)::float8 as wait_s from webhook_lanes`,
      [started_at],
    )
    seen.push(lane!.wait_s - waits_longer_s)
    expect(sequencesOf(world.receiver, id).length).toBe(made)
    await world.passTime()
  }
  for (const [index, delay_s] of delays_s.entries()) {
    // Includes the try itself, which may be slow on a busy machine.
    expect(seen[index], `after try ${index + 1}`).toBeLessThanOrEqual(delay_s * 1.1 + 15)
    expect(seen[index], `after try ${index + 1}`).toBeGreaterThanOrEqual(delay_s * 0.9)
  }
  await expect.poll(async () => (await world.deliveries(webhook_id))[0]!.status, soon).toBe('failed')
  const [failed] = await world.deliveries(webhook_id)
  expect(failed!.tries.length).toBe(8)
  expect(failed!.finished_at).not.toBeNull()
  expect(failed!.tries[0]).toMatchObject({ status: 500, error: 'Answered 500', response_body: 'No.' })
  await expect.poll(() => sequencesOf(world.receiver, id).at(-1), soon).toBe(failed!.sequence! + 1)
})

test('after a day of downtime of a receiver everything arrives, in order', async () => {
  const webhook_id = await world.newEndpoint()
  const ids = [await world.newConversation(), await world.newConversation(), await world.newConversation()]
  await expectSettled(world, webhook_id)
  world.receiver.received.length = 0
  world.receiver.answer = (response) => response.destroy()
  for (const id of ids) await world.change(id, 8)
  // Seven tries happen within a day; the eighth follows 18 hours later.
  for (let made = 1; made <= 7; made += 1) {
    await expect.poll(() => ids.map((id) => sequencesOf(world.receiver, id).length), soon).toEqual([made, made, made])
    const isWaiting = async () =>
      (await world.query('select from webhook_lanes where lease is null and next_attempt_at > now()')).length
    await expect.poll(isWaiting, soon).toBe(3)
    if (made < 7) await world.passTime()
  }
  world.receiver.received.length = 0
  world.receiver.answer = (response) => answer(response, 200)
  await world.passTime()
  await expectSettled(world, webhook_id)
  for (const id of ids) {
    const sequences = sequencesOf(world.receiver, id)
    expect(sequences.length).toBe(8)
    expect(sequences).toEqual(sequences.toSorted((a, b) => a! - b!))
  }
  const deliveries = await world.deliveries(webhook_id)
  expect(deliveries.every(({ status }) => status === 'delivered')).toBe(true)
  expect(await world.client.getWebhookEndpoint({ webhook_id })).toMatchObject({ active: true, failing_since: null })
})

describe('switching off', () => {
  test('410: at once, and nothing more arrives; waiting deliveries resume when it is switched on again', async () => {
    const webhook_id = await world.newEndpoint({ events: ['conversation.updated'] })
    const other = await world.newEndpoint({ url: world.receiver.url + '/other', events: ['webhook.disabled'] })
    world.receiver.secret = null
    const id = await world.newConversation()
    const isWritten = Promise.withResolvers<void>()
    world.receiver.answer = (response, { event }) => {
      if (event.type === 'webhook.disabled') answer(response, 200)
      else void isWritten.promise.then(() => answer(response, 410))
    }
    await world.change(id, 2)
    isWritten.resolve()
    await expect.poll(async () => (await world.client.getWebhookEndpoint({ webhook_id })).active, soon).toBe(false)
    expect(await world.client.getWebhookEndpoint({ webhook_id })).toMatchObject({
      disabled_reason: 'gone',
      disabled_at: expect.any(String),
    })
    expect((await world.deliveries(webhook_id)).map(({ status }) => status)).toEqual(['failed', 'pending'])
    // The other endpoint receives it, instead of a person.
    await expectSettled(world, other)
    const told = world.receiver.received.find(({ event }) => event.type === 'webhook.disabled')!.event
    expect(told).toMatchObject({
      conversation_id: null,
      data: { webhook_id, url: world.receiver.url, reason: 'gone' },
    })
    expect(world.server.log.join('\n')).toContain('switched off a webhook endpoint')

    await world.change(id)
    world.receiver.answer = (response) => answer(response, 200)
    const before = world.receiver.received.length
    const on = await world.client.updateWebhookEndpoint({ webhook_id, active: true })
    expect(on).toMatchObject({ active: true, disabled_at: null, disabled_reason: null, failing_since: null })
    await expectSettled(world, webhook_id)
    expect(world.receiver.received.length).toBe(before + 1)
    expect((await world.deliveries(webhook_id)).map(({ status }) => status)).toEqual(['failed', 'delivered'])
  })

  test('after five days of failures only; a success in between resets the count', async () => {
    const webhook_id = await world.newEndpoint({ events: ['conversation.updated'] })
    const read = () => world.client.getWebhookEndpoint({ webhook_id })
    const id = await world.newConversation()
    const age = (days: number) =>
      world.query(`update webhook_endpoints set failing_since = now() - $1 * interval '1 day'`, [days])
    world.receiver.answer = (response) => answer(response, 500)
    await world.change(id)
    await expect.poll(async () => (await read()).failing_since, soon).not.toBeNull()
    await age(6)
    world.receiver.answer = (response) => answer(response, 200)
    await world.passTime()
    await expect.poll(async () => (await read()).failing_since, soon).toBeNull()

    world.receiver.answer = (response) => answer(response, 500)
    await world.change(id)
    await expect.poll(async () => (await read()).failing_since, soon).not.toBeNull()
    await age(4.9)
    const tries = async () => (await world.deliveries(webhook_id)).at(-1)!.tries.length
    await world.passTime()
    await expect.poll(tries, soon).toBe(2)
    expect((await read()).active).toBe(true)
    await age(5.1)
    await world.passTime()
    await expect.poll(async () => (await read()).active, soon).toBe(false)
    expect((await read()).disabled_reason).toBe('failing')
  })
})

describe('sending again', () => {
  test('one delivery: the same event with the same webhook-id, before waiting deliveries', async () => {
    const webhook_id = await world.newEndpoint()
    const id = await world.newConversation()
    await world.change(id, 2)
    await expectSettled(world, webhook_id)
    const [first] = world.receiver.received
    const [delivery] = await world.deliveries(webhook_id)
    const before = world.receiver.received.length
    const renewed = await world.client.redeliverWebhookDelivery({ webhook_id, delivery_id: delivery!.id })
    expect(renewed).toMatchObject({ id: delivery!.id, status: 'pending', finished_at: null })
    await expectSettled(world, webhook_id)
    expect(world.receiver.received.length).toBe(before + 1)
    expect(world.receiver.received.at(-1)!.body).toBe(first!.body)
    expect((await world.deliveries(webhook_id))[0]!.tries.length).toBe(2)
  })

  test('a delivery that waits for its next try is tried at once', async () => {
    const webhook_id = await world.newEndpoint()
    world.receiver.answer = (response) => answer(response, 500)
    await world.newConversation()
    await expect.poll(async () => (await world.deliveries(webhook_id))[0]?.tries.length, soon).toBe(1)
    await world.query(`update webhook_lanes set next_attempt_at = now() + interval '1 day'`)
    world.receiver.answer = (response) => answer(response, 200)
    const [delivery] = await world.deliveries(webhook_id)
    await world.client.redeliverWebhookDelivery({ webhook_id, delivery_id: delivery!.id })
    await expectSettled(world, webhook_id)
  })

  test('a range of time, all deliveries or only failed ones', async () => {
    const webhook_id = await world.newEndpoint({ events: ['conversation.updated'] })
    const id = await world.newConversation()
    await world.change(id, 6)
    await expectSettled(world, webhook_id)
    const all = await world.deliveries(webhook_id)
    const [, second, third, , , last] = all.map(({ created_at }) => created_at)
    world.receiver.received.length = 0
    const range = { webhook_id, after: second!, before: last! }
    expect(await world.client.redeliverWebhookDeliveries(range)).toEqual({ redelivered: 5, continue_after: null })
    await expectSettled(world, webhook_id)
    const wanted = all.slice(1).map(({ sequence }) => sequence)
    expect(sequencesOf(world.receiver, id)).toEqual(wanted)

    await world.query(`update webhook_deliveries set status = 'failed' where created_at <= $1`, [third])
    world.receiver.received.length = 0
    const failed = await world.client.redeliverWebhookDeliveries({ ...range, before: null, only_failed: true })
    expect(failed.redelivered).toBe(2)
    await expectSettled(world, webhook_id)
    expect(sequencesOf(world.receiver, id)).toEqual(wanted.slice(0, 2))
  })
})

test('a test event is tried once, for any patterns', async () => {
  const webhook_id = await world.newEndpoint({ events: ['turn.failed'] })
  world.receiver.answer = (response) => answer(response, 500, 'Not yet')
  const { id, event_id } = await world.client.testWebhookEndpoint({ webhook_id })
  await expectSettled(world, webhook_id)
  expect(await world.deliveries(webhook_id)).toMatchObject([
    {
      id,
      event_type: 'webhook.test',
      status: 'failed',
      conversation_id: null,
      sequence: null,
      tries: [{ status: 500 }],
    },
  ])
  expect(world.receiver.received.map(({ event }) => event)).toMatchObject([
    { id: event_id, type: 'webhook.test', data: {}, conversation_id: null, sequence: null },
  ])
})

test('rotation: both secrets are valid for a while, then the new one only', async () => {
  const webhook_id = await world.newEndpoint()
  const first = world.receiver.secret
  const { secret, previous_secret_expires_at } = await world.client.rotateWebhookSecret({ webhook_id })
  expect(previous_secret_expires_at).not.toBeNull()
  // The receiver verifies with the secret that it knows.
  for (const known of [first, secret]) {
    world.receiver.secret = known
    await world.newConversation()
    await expectSettled(world, webhook_id)
    expect(world.receiver.received.at(-1)!.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
  }
  await world.query('update webhook_endpoints set previous_secret_expires_at = now()')
  await world.newConversation()
  await expectSettled(world, webhook_id)
  expect(world.receiver.received.at(-1)!.headers['webhook-signature']).toMatch(/^v1,\S+$/)
  world.receiver.secret = (await world.client.rotateWebhookSecret({ webhook_id, previous_valid_seconds: 0 })).secret
  await world.newConversation()
  await expectSettled(world, webhook_id)
  expect(world.receiver.received.length).toBeGreaterThanOrEqual(4)
  expect((await world.deliveries(webhook_id)).every(({ tries }) => tries.length === 1)).toBe(true)
})

test('deleting a conversation removes the content from its deliveries; the deletion itself is delivered', async () => {
  const webhook_id = await world.newEndpoint({ events: ['*'] })
  world.receiver.answer = (response, { body }) => answer(response, 200, body)
  const [id, kept] = [await world.newConversation(), await world.newConversation()]
  await world.client.sendConversationMessage({ conversation_id: id, text: 'a-secret-word' })
  await expectSettled(world, webhook_id)
  const stored = async () => JSON.stringify(await world.query('select d::text from webhook_deliveries d'))
  expect(await stored()).toContain('a-secret-word')

  world.receiver.answer = (response) => answer(response, 500)
  await world.client.sendConversationMessage({ conversation_id: id, text: 'a-secret-word again' })
  world.receiver.received.length = 0
  world.receiver.answer = (response) => answer(response, 200)
  await world.client.deleteConversation({ conversation_id: id })
  await world.passTime()
  await expectSettled(world, webhook_id)
  await expect.poll(() => world.receiver.received.at(-1)?.event.type, soon).toBe('conversation.deleted')
  expect(await stored()).not.toContain('a-secret-word')
  const left = await world.deliveries(webhook_id)
  expect(left.filter(({ conversation_id }) => conversation_id === id).map(({ event_type }) => event_type)).toEqual([
    'conversation.deleted',
  ])
  expect(left.some(({ conversation_id }) => conversation_id === kept)).toBe(true)
  await expect.poll(() => world.query('select from webhook_lanes'), soon).toEqual([])
})
