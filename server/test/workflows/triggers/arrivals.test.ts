// Events that start workflows: each arrives in its own commit, is judged once by one of several servers, and none is lost.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { definitionOf, soon, TriggerScene, type TriggerSent } from './fixture.ts'

let scene: TriggerScene
beforeAll(async () => {
  scene = await TriggerScene.open()
  await scene.start()
  await scene.start()
})
afterAll(() => scene[Symbol.asyncDispose]())

const onEvent = (events: string[], more: object = {}): TriggerSent => ({ type: 'event', events, ...more })

interface Conversation {
  id: string
  agent_id: string | null
  last: number
}

async function newConversation(agent_id: string | null = null): Promise<Conversation> {
  const id = randomUUID()
  await scene.pool.query(
    `insert into conversations (id, organization_id, direction, channel, status, user_id, agent_id, custom_metadata, created_at)
     values ($1, $2, 'inbound', 'text', 'in_progress', 'u1', $3, '{"tier": "gold"}', clock_timestamp())`,
    [id, scene.organization_id, agent_id],
  )
  await scene.pool.query(
    `insert into conversation_progress (conversation_id, organization_id, next_position, next_sequence, user_turn_count,
       last_activity_at, updated_at) values ($1, $2, 0, 1, 0, now(), now())`,
    [id, scene.organization_id],
  )
  return { id, agent_id, last: 0 }
}

/** In one statement. */
async function tell(conversation: Conversation, ...events: [type: string, data: object][]): Promise<string[]> {
  const rows = events.map(([type, data]) => ({ id: randomUUID(), sequence: (conversation.last += 1), type, data }))
  await scene.pool.query(
    `insert into events (conversation_id, organization_id, sequence, id, type, occurred_at, data)
     select $1, $2, e.sequence, e.id, e.type, now(), e.data
     from jsonb_to_recordset($3::jsonb) as e(sequence bigint, id uuid, type text, data jsonb)`,
    [conversation.id, scene.organization_id, JSON.stringify(rows)],
  )
  return rows.map(({ id }) => id)
}

async function waiting(): Promise<number> {
  const { rows } = await scene.pool.query<{ count: number }>('select count(*) from workflow_arrivals')
  return rows[0]!.count
}

const judged = () => expect.poll(waiting, soon).toBe(0)

const events = async (workflow_id: string) =>
  (await scene.executions(workflow_id)).map(({ input }) => (input['event'] as { id: string }).id)

it('starts an execution for each event that its patterns match, with the event and its conversation', async () => {
  const id = await scene.live(definitionOf({ on: onEvent(['conversation.*', 'turn.failed']) }))
  const conversation = await newConversation()
  const ids = await tell(
    conversation,
    ['conversation.updated', { custom_metadata: {} }],
    ['turn.completed', {}],
    ['turn.failed', { outcome: 'timed_out' }],
  )
  await judged()
  const [first, second, ...others] = await scene.executions(id)
  expect(others).toEqual([])
  const trigger_id = (await scene.trigger(id)).id
  expect(first).toMatchObject({ conversation_id: conversation.id, depth: 0 })
  expect(first!.input).toMatchObject({
    type: 'event',
    event: { id: ids[0], type: 'conversation.updated', sequence: 1, conversation_id: conversation.id },
    conversation: { id: conversation.id, user_id: 'u1', status: 'in_progress', custom_metadata: { tier: 'gold' } },
  })
  expect(second!.trigger).toEqual({ type: 'event', trigger_id, event: 'turn.failed', event_id: ids[2] })
  expect((await scene.fires(id)).map(({ outcome }) => outcome)).toEqual(['started', 'started'])
  await scene.goLive(id, null)
})

it('arrives with the event, or not at all', async () => {
  const id = await scene.live(definitionOf({ on: onEvent(['*']) }))
  const conversation = await newConversation()
  await tell(conversation, ['turn.failed', {}])
  await expect(tell({ ...conversation, last: -1 }, ['turn.failed', {}], ['turn.failed', {}])).rejects.toThrow(
    /duplicate/,
  )
  await judged()
  expect(await scene.executions(id)).toHaveLength(1)
  await scene.goLive(id, null)
})

it('starts only those for which its filter is true, and says when it fails', async () => {
  const id = await scene.live(
    definitionOf({ on: onEvent(['turn.failed'], { filter: 'event.data.outcome = "timed_out"' }) }),
  )
  const failing = await scene.live(definitionOf({ on: onEvent(['turn.failed'], { filter: 'fails' }) }))
  const conversation = await newConversation()
  await tell(conversation, ['turn.failed', { outcome: 'step_limit' }], ['turn.failed', { outcome: 'timed_out' }])
  await judged()
  expect((await scene.executions(id)).map(({ input }) => input['event'])).toMatchObject([{ sequence: 2 }])
  expect(await scene.fires(id)).toHaveLength(1)
  expect(await scene.executions(failing)).toEqual([])
  expect(await scene.fires(failing)).toMatchObject([
    { outcome: 'skipped', reason: 'filter_failed: it fails' },
    { outcome: 'skipped', reason: 'filter_failed: it fails' },
  ])
  await scene.goLive(failing, null)
})

it('judges many events in their order, once', async () => {
  const id = await scene.live(definitionOf({ on: onEvent(['message.created']) }))
  const conversation = await newConversation()
  const sent: string[] = []
  for (let round = 0; round < 4; round += 1) {
    sent.push(
      ...(await tell(conversation, ...Array.from({ length: 12 }, () => ['message.created', {}] as [string, object]))),
    )
  }
  await judged()
  expect(await events(id)).toEqual(sent)
})

it('waits while the organization has no room, and loses nothing', async () => {
  const id = await scene.live(definitionOf({ on: onEvent(['conversation.rated']) }))
  const conversation = await newConversation()
  scene.has_room = false
  const sent = await tell(conversation, ['conversation.rated', {}], ['conversation.rated', {}])
  await expect.poll(() => scene.refusals, soon).toBeGreaterThan(0)
  expect(await waiting()).toBe(2)
  scene.has_room = true
  await scene.hurry('workflow_arrivals')
  await judged()
  expect(await events(id)).toEqual(sent)
})

it('wants nothing while it is paused or offline; what came before is not started then', async () => {
  const id = await scene.live(definitionOf({ on: onEvent(['conversation.taken']) }))
  const conversation = await newConversation()
  await scene.goLive(id, null)
  await tell(conversation, ['conversation.taken', {}])
  await scene.goLive(id, 1)
  await scene.pool.query('update workflow_triggers set paused = true where workflow_id = $1', [id])
  await tell(conversation, ['conversation.taken', {}])
  expect(await waiting()).toBe(0)
  // Arrived just before.
  await scene.pool.query(
    `insert into workflow_arrivals (organization_id, trigger_id, event_id, conversation_id, place)
     select organization_id, id, gen_random_uuid(), $2, 1 from workflow_triggers where workflow_id = $1`,
    [id, conversation.id],
  )
  await scene.addWork('workflow_arrivals', (await scene.trigger(id)).id)
  await judged()
  expect(await scene.executions(id)).toEqual([])
  expect(await scene.fires(id)).toMatchObject([{ outcome: 'skipped', reason: 'paused' }])
})

it('follows up the conversations of its agents and channels, with what was said', async () => {
  const agent_id = randomUUID()
  const config = { type: 'post_call', agent_ids: [agent_id], channels: ['text'], custom_metadata: { source: 'here' } }
  const id = await scene.live(definitionOf({ after: config }))
  await scene.pool.query(
    `insert into agents (id, organization_id, name, active, is_demo, metadata) values ($1, $2, 'Agent', true, false, '{}')`,
    [agent_id, scene.organization_id],
  )
  const [own, others] = [await newConversation(agent_id), await newConversation()]
  for (const [position, [role, text]] of [
    ['user', 'left out '.repeat(120)],
    ['user', 'Hello'],
    ['assistant', 'Goodbye'],
  ].entries()) {
    await scene.pool.query(
      `insert into transcript_items (conversation_id, organization_id, position, id, type, role, content, interrupted, created_at)
       values ($1, $2, $3, gen_random_uuid(), 'message', $4, array[$5], false, clock_timestamp())`,
      [own.id, scene.organization_id, position, role, text],
    )
  }
  await tell(own, ['conversation.ended', { status: 'completed' }])
  await tell(others, ['conversation.ended', { status: 'completed' }])
  await judged()
  const [execution, ...more] = await scene.executions(id)
  expect(more).toEqual([])
  expect(execution!.input).toMatchObject({
    ...{ type: 'post_call', conversation_id: own.id, agent_id, direction: 'inbound', channel: 'text', user_id: 'u1' },
    ...{ phone_number: null, custom_metadata: { tier: 'gold', source: 'here' } },
    transcript: 'User: Hello\nAgent: Goodbye',
    messages: [
      { role: 'user', text: 'Hello' },
      { role: 'assistant', text: 'Goodbye' },
    ],
  })
})

it('is started by events of the organization, too', async () => {
  const id = await scene.live(definitionOf({ on: onEvent(['webhook.disabled']) }))
  const ofAgent = await scene.live(definitionOf({ on: onEvent(['webhook.disabled'], { agent_id: randomUUID() }) }))
  await scene.pool.query(
    `insert into organization_events (organization_id, id, type, subject, data)
     values ($1, gen_random_uuid(), 'webhook.disabled', gen_random_uuid(), '{"url": "https://a.example"}')`,
    [scene.organization_id],
  )
  await judged()
  expect((await scene.executions(id)).map(({ input }) => input)).toMatchObject([
    {
      event: { type: 'webhook.disabled', conversation_id: null, data: { url: 'https://a.example' } },
      conversation: null,
    },
  ])
  expect(await scene.executions(ofAgent)).toEqual([])
})
