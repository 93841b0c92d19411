// Workflows in agents: as an action of a tool, before a conversation and after it.
import { randomUUID } from 'node:crypto'
import type { Client } from '@parley/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeKey } from '../support/actors.ts'
import { type Answer, holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { goLive, publishWorkflow } from './fixture.ts'

let server: TestServer
let client: Client
beforeAll(async () => {
  server = await startTestServer()
  client = server.client
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  server.model.answer = () => 'Hello.'
})

const soon = { timeout: 30_000, interval: 20 }

type Fields = Record<string, unknown>

/** Begins with a trigger of the type, and ends with these fields. */
const ending = (type: string, output_data: Fields, steps: object[] = [], next = 'end') => ({
  nodes: [
    { id: 'begin', type: 'trigger', config: { type }, next: { default: next } },
    ...steps,
    { id: 'end', type: 'output', name: 'The end', config: { output_data } },
  ],
})

const pause = (seconds = 3600) => ({
  ...{ id: 'pause', type: 'wait', name: 'The pause', next: { default: 'end' } },
  config: { duration: seconds, unit: 'seconds', resumable: true },
})

/** One turn of an agent with one tool, which the model calls once before it says "Done.". */
async function callTool(tool: object, given: object = {}) {
  const whole = { name: 'act', description: 'Acts', properties: { city: {} }, ...tool }
  const { agent_id } = await publishAgent(client, { tools: [whole] })
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  const answers: Answer[] = [{ tool_calls: [{ name: 'act', arguments: given }] }, 'Done.']
  server.model.answer = () => answers.shift()!
  const { tool_calls } = await client.sendConversationMessage({ conversation_id: conversation.id, text: 'Go' })
  const { output, is_error } = tool_calls[0]!
  return { conversation_id: conversation.id, agent_id, output, is_error }
}

const executionsOf = async (conversation_id: string) => (await client.listWorkflowExecutions({ conversation_id })).data

describe('the action of a tool', () => {
  test('gives the fields of the output to the tool, and the arguments and the call to the workflow', async () => {
    const workflow_id = await publishWorkflow(
      client,
      ending('ongoing_conversation', { greeting: 'Hi {{ begin.city }}', by: '{{ trigger.tool }}' }),
    )
    const say = { type: 'play_message', message: 'I asked: {{ greeting }}' }
    const { output, is_error, conversation_id, agent_id } = await callTool(
      { actions: [{ type: 'workflow', workflow_id }, say] },
      { city: 'Rome' },
    )
    expect({ output, is_error }).toEqual({
      is_error: false,
      output: { greeting: 'Hi Rome', by: 'act', message: 'I asked: Hi Rome' },
    })
    const [execution, ...others] = await executionsOf(conversation_id)
    expect(others).toEqual([])
    expect(execution).toMatchObject({
      ...{ workflow_id, mode: 'sync', status: 'success', agent_id, conversation_id },
      trigger: { type: 'ongoing_conversation', tool: 'act' },
      input_data: { city: 'Rome', conversation_id, agent_id, tool: 'act' },
    })
  })

  test('takes an input of templates, a definition of its own and a name for the output', async () => {
    const definition = {
      nodes: [
        {
          id: 'in',
          type: 'input',
          config: { fields: [{ name: 'town', type: 'string', required: true }] },
          next: 'end',
        },
        { id: 'end', type: 'output', config: { output_data: { town: '{{ input.town }}' } } },
      ],
    }
    const action = { type: 'workflow', definition, input: { town: '{{ arguments.city }}!' }, save_as: 'found' }
    const { output } = await callTool({ actions: [action], output: '{{ found.town }}' }, { city: 'Oslo' })
    expect(output).toBe('Oslo!')
    const missing = await callTool({ actions: [{ type: 'workflow', definition }] }, { city: 'Oslo' })
    expect(missing).toMatchObject({
      is_error: true,
      output: 'The workflow failed: The input of the workflow is not valid: town is required.',
    })
    expect(await executionsOf(missing.conversation_id)).toEqual([])
  })

  test('says which step has failed, and then the error actions run', async () => {
    const fails = {
      ...{ id: 'fails', type: 'output', name: 'Convert it' },
      config: { output_data: [{ name: 'count', type: 'number', value: '{{ "many" }}' }] },
    }
    const workflow_id = await publishWorkflow(client, {
      nodes: [{ id: 'begin', type: 'trigger', config: { type: 'manual' }, next: 'fails' }, fails],
    })
    const sorry = { type: 'play_message', message: 'Sorry: {{ error }}' }
    const { output, is_error } = await callTool({
      ...{ actions: [{ type: 'workflow', workflow_id, initial_step: 'begin' }], actions_on_error: [sorry] },
    })
    expect(is_error).toBe(true)
    expect(JSON.stringify(output)).toMatch(/The workflow failed at step \\"Convert it\\": /)
  })

  test('is an error if there is no such workflow', async () => {
    const workflow_id = '0190b000-0000-7000-8000-ffffffffffff'
    const { output, is_error } = await callTool({ actions: [{ type: 'workflow', workflow_id }] })
    expect({ output, is_error }).toEqual({
      is_error: true,
      output: 'The workflow failed: The workflow does not exist.',
    })
  })

  test('is cancelled when its time is over', async () => {
    const workflow_id = await publishWorkflow(client, ending('ongoing_conversation', {}, [pause(30)], 'pause'))
    const action = { type: 'workflow', workflow_id, timeout_seconds: 1 }
    const { output, conversation_id } = await callTool({ actions: [action] })
    expect(output).toBe('The workflow failed at step "The pause": It did not end in time.')
    expect(await executionsOf(conversation_id)).toMatchObject([{ status: 'cancelled', cancel_reason: 'tool_timeout' }])
  })

  test('is cancelled when its turn ends', async () => {
    const workflow_id = await publishWorkflow(client, ending('ongoing_conversation', {}, [pause(50)], 'pause'))
    const tool = { name: 'act', description: 'Acts', actions: [{ type: 'workflow', workflow_id }], timeout_ms: 60_000 }
    const { agent_id } = await publishAgent(client, { tools: [tool] })
    const { conversation } = await client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
    const conversation_id = conversation.id
    server.model.answer = () => ({ tool_calls: [{ name: 'act', arguments: {} }] })
    const sent = refusal(client.sendConversationMessage({ conversation_id, text: 'Go' }))
    await expect.poll(async () => (await executionsOf(conversation_id))[0]?.status, soon).toBe('waiting')
    await client.endConversation({ conversation_id })
    await sent
    await expect
      .poll(() => executionsOf(conversation_id), soon)
      .toMatchObject([{ status: 'cancelled', cancel_reason: 'turn_ended' }])
  })
})

/** Creates a conversation of an agent with these settings. */
async function create(config: object, more: object = {}) {
  const { agent_id } = await publishAgent(client, config)
  return client.createConversation({ channel: 'text', user_id: 'ada', agent_id, ...more })
}

describe('the workflow before a conversation', () => {
  test('adds what it knows, then the agent greets', async () => {
    const workflow_id = await publishWorkflow(
      client,
      ending('pre_call', {
        initial_context: 'Asked by {{ trigger.user_id }}.',
        custom_metadata: { tier: 'gold', a: 2 },
      }),
    )
    const { conversation, starting_message } = await create(
      {
        pre_conversation_workflow: { type: 'workflow', workflow_id },
        starting_message: 'Hello {{ custom_metadata.tier }} customer',
      },
      { initial_context: 'First.', custom_metadata: { a: 1, b: 1 } },
    )
    expect(starting_message).toBe('Hello gold customer')
    const { id: conversation_id } = conversation
    expect(await client.getConversation({ conversation_id })).toMatchObject({
      ...{ status: 'in_progress', initial_context: 'First.\n\nAsked by ada.' },
      custom_metadata: { tier: 'gold', a: 2, b: 1 },
    })
    expect(conversation).toMatchObject({ status: 'in_progress', custom_metadata: { tier: 'gold', a: 2, b: 1 } })
    expect(await executionsOf(conversation_id)).toMatchObject([{ status: 'success', trigger: { type: 'pre_call' } }])
    const { rows } = await server.database.pool.query<{ type: string }>(
      'select type from events where conversation_id = $1 order by sequence',
      [conversation_id],
    )
    expect(rows.map(({ type }) => type)).toEqual([
      ...['conversation.created', 'conversation.started', 'conversation.updated', 'message.created'],
    ])
  })

  test('keeps messages until it is over; then they are answered', async () => {
    const workflow_id = await publishWorkflow(client, ending('pre_call', {}, [pause(40)], 'pause'))
    const { agent_id } = await publishAgent(client, {
      pre_conversation_workflow: { workflow_id, timeout_seconds: 50 },
    })
    const id = crypto.randomUUID()
    const created = client.createConversation({ id, channel: 'text', user_id: 'ada', agent_id })
    const status = async () => (await executionsOf(id))[0]?.status
    await expect.poll(status, soon).toBe('waiting')
    expect(await client.getConversation({ conversation_id: id })).toMatchObject({ status: 'triggered' })
    const sent = client.sendConversationMessage({ conversation_id: id, text: 'Are you there?' })
    const turns = async () => (await client.listConversationTurns({ conversation_id: id })).data
    await expect.poll(turns, soon).toMatchObject([{ status: 'queued' }])
    // The sweeps for turns that nobody carries out leave it alone.
    server.model.answer = () => 'Here I am.'
    const [execution] = await executionsOf(id)
    await client.resumeExecution({ execution_id: execution!.execution_id, data: {} })
    expect((await created).conversation).toMatchObject({ status: 'in_progress' })
    expect(await sent).toMatchObject({ reply: 'Here I am.' })
  })

  test('may reject the conversation', async () => {
    const workflow_id = await publishWorkflow(client, ending('pre_call', { reject: '{{ true }}' }))
    const { conversation } = await create({ pre_conversation_workflow: { workflow_id } })
    expect(conversation).toMatchObject({ status: 'cancelled', end_reason: 'rejected' })
  })

  test.each([
    ['fails', [{ name: 'count', type: 'number', value: '{{ "many" }}' }]],
    ['has fields of other types', [{ name: 'initial_context', value: '{{ 5 }}' }]],
  ])('that %s is left out, unless the agent rejects then', async (_what, output_data) => {
    const workflow_id = await publishWorkflow(client, ending('pre_call', output_data as never))
    const starting_message = 'Hello'
    const without = await create({ starting_message, pre_conversation_workflow: { workflow_id } })
    expect(without).toMatchObject({ starting_message: 'Hello', conversation: { status: 'in_progress' } })
    const rejecting = await create({ pre_conversation_workflow: { workflow_id, reject_on_error: true } })
    expect(rejecting.conversation).toMatchObject({ status: 'failed', end_reason: 'pre_workflow_failed' })
  })

  test('that takes too long is cancelled, and the conversation begins without it', async () => {
    const workflow_id = await publishWorkflow(client, ending('pre_call', {}, [pause(30)], 'pause'))
    const { conversation } = await create({ pre_conversation_workflow: { workflow_id, timeout_seconds: 1 } })
    expect(conversation).toMatchObject({ status: 'in_progress' })
    await expect
      .poll(() => executionsOf(conversation.id), soon)
      .toMatchObject([{ status: 'cancelled', cancel_reason: 'tool_timeout' }])
  })

  test('that does not exist is left out, unless the agent rejects then', async () => {
    const workflow_id = '0190b000-0000-7000-8000-ffffffffffff'
    const { conversation } = await create({ pre_conversation_workflow: { workflow_id } })
    expect(conversation).toMatchObject({ status: 'in_progress' })
    const rejecting = await create({ pre_conversation_workflow: { workflow_id, reject_on_error: true } })
    expect(rejecting.conversation).toMatchObject({ status: 'failed', end_reason: 'pre_workflow_failed' })
  })

  test('is executed only if its condition is met', async () => {
    const workflow_id = await publishWorkflow(client, ending('pre_call', {}))
    const condition = "custom_metadata.kind == 'vip'"
    const before = { pre_conversation_workflow: { workflow_id, condition } }
    const plain = await create(before)
    expect(await executionsOf(plain.conversation.id)).toEqual([])
    const vip = await create(before, { custom_metadata: { kind: 'vip' } })
    expect(await executionsOf(vip.conversation.id)).toHaveLength(1)
  })

  test('is the live one with a trigger for the agent, if it has none of its own', async () => {
    const { agent_id } = await publishAgent(client)
    const definition = ending('pre_call', { custom_metadata: { from: 'trigger' } })
    const begin = { ...definition.nodes[0], config: { type: 'pre_call', agent_ids: [agent_id] } }
    const { workflow_id, trigger_id } = await goLive(client, { nodes: [begin, ...definition.nodes.slice(1)] })
    const { conversation } = await client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
    expect(conversation).toMatchObject({ status: 'in_progress', custom_metadata: { from: 'trigger' } })
    const other = await create({})
    expect(await executionsOf(other.conversation.id)).toEqual([])
    expect(await executionsOf(conversation.id)).toMatchObject([{ workflow_id, trigger: { trigger_id } }])
    await client.goOfflineWorkflow({ workflow_id })
    const later = await client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
    expect(await executionsOf(later.conversation.id)).toEqual([])
  })

  test('is one that went live since the last conversation of the agent', async () => {
    const { agent_id } = await publishAgent(client)
    const again = () => client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
    const executed = async () => (await executionsOf((await again()).conversation.id)).length
    expect([await executed(), await executed()]).toEqual([0, 0])
    const definition = ending('pre_call', { custom_metadata: { from: 'trigger' } })
    const begin = { ...definition.nodes[0], config: { type: 'pre_call', agent_ids: [agent_id] } }
    const { workflow_id, trigger_id } = await goLive(client, { nodes: [begin, ...definition.nodes.slice(1)] })
    expect([await executed(), await executed()]).toEqual([1, 1])
    await client.updateWorkflowTrigger({ trigger_id, paused: true })
    expect([await executed(), await executed()]).toEqual([0, 0])
    await client.updateWorkflowTrigger({ trigger_id, paused: false })
    expect(await executed()).toBe(1)
    await client.goOfflineWorkflow({ workflow_id })
    expect([await executed(), await executed()]).toEqual([0, 0])
  })

  test('is cancelled with a conversation that ends before it has begun', async () => {
    const workflow_id = await publishWorkflow(client, ending('pre_call', {}, [pause(40)], 'pause'))
    const { agent_id } = await publishAgent(client, { pre_conversation_workflow: { workflow_id, timeout_seconds: 50 } })
    const id = crypto.randomUUID()
    const created = client.createConversation({ id, channel: 'text', user_id: 'ada', agent_id })
    await expect.poll(async () => (await executionsOf(id))[0]?.status, soon).toBe('waiting')
    await client.endConversation({ conversation_id: id })
    await expect
      .poll(() => executionsOf(id), soon)
      .toMatchObject([{ status: 'cancelled', cancel_reason: 'conversation_ended' }])
    expect((await created).conversation).toMatchObject({ status: 'completed' })
  })

  test('gives a repeated call the same answer, and is executed once', async () => {
    const workflow_id = await publishWorkflow(client, ending('pre_call', { custom_metadata: { a: 1 } }))
    const { agent_id } = await publishAgent(client, {
      ...{ pre_conversation_workflow: { workflow_id }, starting_message: 'Hello' },
    })
    const id = crypto.randomUUID()
    const send = () => client.createConversation({ id, channel: 'text', user_id: 'ada', agent_id })
    const first = await send()
    expect(await send()).toEqual(first)
    expect(await executionsOf(id)).toHaveLength(1)
  })

  test('is executed once for an id that several calls create at once, and each gets the conversation', async () => {
    const workflow_id = await publishWorkflow(client, ending('pre_call', { initial_context: 'Known.' }))
    const rejecting = { workflow_id: randomUUID(), reject_on_error: true }
    const ends = { in_progress: { workflow_id }, failed: rejecting }
    for (const [status, before] of [...Object.entries(ends), ...Object.entries(ends)]) {
      const { agent_id } = await publishAgent(client, { pre_conversation_workflow: before })
      const asked = { channel: 'text', user_id: 'ada', agent_id, id: randomUUID() } as const
      const created = await Promise.all(Array.from({ length: 4 }, () => client.createConversation(asked)))
      const [one, ...others] = created.map(({ conversation }) => ({ id: conversation.id, status: conversation.status }))
      expect([one, ...others]).toEqual([one, one, one, one])
      expect(one).toEqual({ id: asked.id, status })
      expect(await executionsOf(asked.id)).toHaveLength(status === 'failed' ? 0 : 1)
    }
  })
})

describe('the workflow after a conversation', () => {
  test('is executed once with what was said, and the end does not wait for it', async () => {
    const workflow_id = await publishWorkflow(client, ending('post_call', { said: '{{ begin.transcript }}' }))
    const { conversation } = await create({ post_conversation_workflow: { workflow_id } })
    const conversation_id = conversation.id
    await client.sendConversationMessage({ conversation_id, text: 'Good morning' })
    await client.endConversation({ conversation_id })
    await expect.poll(async () => (await executionsOf(conversation_id))[0]?.status, soon).toBe('success')
    const [execution, ...others] = await executionsOf(conversation_id)
    expect(others).toEqual([])
    expect(execution).toMatchObject({
      ...{ mode: 'async', trigger: { type: 'post_call' }, output: { said: 'User: Good morning\nAgent: Hello.' } },
      input_data: { conversation_id, status: 'completed', end_reason: 'ended_by_caller' },
    })
  })

  test('waits for the analysis if it is told to', async () => {
    const workflow_id = await publishWorkflow(client, ending('post_call', { summary: '{{ begin.summary }}' }))
    const { conversation } = await create({
      ...{
        post_conversation_workflow: { workflow_id, after_analysis: true },
        analysis: { summary: { enabled: true } },
      },
    })
    const conversation_id = conversation.id
    await client.sendConversationMessage({ conversation_id, text: 'Good morning' })
    const held = holdAnswer()
    server.model.answer = () => held
    await client.endConversation({ conversation_id, prefer: 'wait=0' })
    await held.asked
    expect(await executionsOf(conversation_id)).toEqual([])
    held.say('They said good morning.')
    held.finish()
    await expect.poll(async () => (await executionsOf(conversation_id))[0]?.status, soon).toBe('success')
    expect(await executionsOf(conversation_id)).toMatchObject([{ output: { summary: 'They said good morning.' } }])
  })
})

test('a version that names workflows which do not exist, or cannot be executed, warns of them', async () => {
  const { agent_id } = await client.createAgent({ name: 'Agent' })
  const workflow_id = '0190b000-0000-7000-8000-ffffffffffff'
  const draft = await client.createWorkflow({ name: 'Draft', definition: ending('manual', {}) })
  const { warnings } = await client.createAgentVersion({
    agent_id,
    config: {
      pre_conversation_workflow: { workflow_id },
      post_conversation_workflow: { workflow_id: draft.id },
      tools: [
        {
          ...{ name: 'act', description: 'Acts' },
          actions: [{ type: 'workflow', definition: { nodes: [{ id: 'a', type: 'output', config: {} }] } }],
        },
      ],
    },
  })
  expect(warnings).toEqual([
    'config.pre_conversation_workflow.workflow_id is not the id of a workflow, so it cannot be executed',
    'config.post_conversation_workflow.workflow_id names a workflow of which no version is published, so it cannot be executed yet',
    expect.stringMatching(/^config\.tools\.0\.actions\.0\.definition.* so it cannot be executed$/) as string,
  ])
})

test('a workflow in an inline configuration needs agents:manage', async () => {
  const caller = server.as({ token: await makeKey(server, { only: ['conversations:manage'] }) })
  const workflow_id = await publishWorkflow(client)
  const agent_config = { instructions: 'Be brief.', pre_conversation_workflow: { workflow_id } }
  const create = (by: Client) => by.createConversation({ channel: 'text', user_id: 'ada', agent_config })
  expect(await refusal(create(caller))).toMatchObject({ status: 403 })
  expect((await create(client)).conversation.status).toBe('in_progress')
})
