// Whatever asks a model for something, a stopped budget forbids it (P2), and nothing is lost by that: what can wait goes on by itself.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Library, startLibrary, textOf } from '../knowledge/ingest/fixture.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../support/embedding-server.ts'
import { publishAgent, refusal } from '../support/server.ts'
import { publishWorkflow } from '../workflows/fixture.ts'

let model: EmbeddingServer
let library: Library
let client: Library['server']['client']
let stack: AsyncDisposableStack
beforeAll(async () => {
  stack = new AsyncDisposableStack()
  model = stack.use(await startEmbeddingServer())
  library = stack.use(await startLibrary({ ...model.environment, ...model.rerank_environment }))
  client = library.server.client
})
afterAll(() => stack.disposeAsync())

/** For a busy machine. */
const soon = { timeout: 40_000, interval: 20 }
const asked = () => library.server.model.requests.length
const embedded = () => model.calls.length

/** A conversation that is open, and an organization that may call no model any more. */
async function stopAll(config: object = {}) {
  const { agent_id } = await publishAgent(client, config)
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  await client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
  const all = { name: 'All', unit: 'conversations', amount: 1, period: 'total', stop: true } as const
  const { id: budget_id } = await client.createBudget(all)
  const again = () => client.createConversation({ channel: 'text', user_id: 'ada', agent_id }).catch((error) => error)
  await expect.poll(again, soon).toMatchObject({ status: 402 })
  return { agent_id, conversation_id: conversation.id, budget_id }
}

test('P2: calls that somebody waits for are refused with 402, or done without a model', async () => {
  const { agent_id, conversation_id, budget_id } = await stopAll()
  const draft = await client.createAgentVersion({
    agent_id,
    config: { instructions: 'Be brief.' },
    instruction_builder_inputs: { business: 'Hotel' },
  })
  const workflow_id = await publishWorkflow(client, {
    nodes: [
      { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'end' } },
      { id: 'end', type: 'output', config: { output_data: [{ name: 'text', value: '${ Say hello. }' }] } },
    ],
  })
  const before = asked()
  const over = { status: 402, code: 'budget_exceeded' }
  const pair = { agent_id, from_version: 1, to_version: 2 }
  const suggestion = async () => Array.fromAsync(client.suggestReply({ conversation_id }))
  expect(await refusal(suggestion())).toMatchObject(over)
  expect(await refusal(Array.fromAsync(client.streamAgentVersionComparison(pair)))).toMatchObject(over)
  expect(await refusal(client.generateExpression({ description: 'Now', kind: 'cron' }))).toMatchObject(over)
  expect(await client.getConversationBrief({ conversation_id })).toMatchObject({ header: { phone_number: 'ada' } })

  await client.generateAgentInstructions({ agent_id, version: String(draft.version) })
  const generation = async () =>
    (await client.getAgentVersion({ agent_id, version: String(draft.version) })).instruction_generation
  await expect.poll(generation, soon).toMatchObject({ status: 'failed', error: expect.stringContaining('budget') })
  expect(await client.executeWorkflow({ workflow_id, input_data: {} })).toMatchObject({
    ...{ status: 'failed', error: { code: 'budget_exceeded' } },
  })
  expect(asked()).toBe(before)
  await client.deleteBudget({ budget_id })
})

test('P2: replies, greetings and ratings need no model, and the transcript goes on', async () => {
  const rated = { hand_off: { enabled: true, low_confidence: { threshold: 0.5, consecutive: 1 } } }
  const { conversation_id, budget_id } = await stopAll(rated)
  const ratings = async () =>
    (await library.rows<{ kind: string }>(`select kind from work where kind = 'rate_reply'`)).length
  await expect.poll(ratings, soon).toBe(0)
  const before = asked()
  await client.updateBudget({ budget_id, message: 'Back tomorrow.' })
  const say = () => client.sendConversationMessage({ conversation_id, text: 'And now?' }).catch((error) => error)
  await expect.poll(say, soon).toMatchObject({ reply: 'Back tomorrow.', handled_by: 'agent' })
  await expect.poll(ratings, soon).toBe(0)
  expect(await client.getConversation({ conversation_id })).toMatchObject({ handled_by: 'agent' })
  const greeted = await publishAgent(client, { starting_message: { type: 'generated', instructions: 'Be kind.' } })
  const call = { channel: 'text', user_id: 'ada', agent_id: greeted.agent_id } as const
  expect(await client.createConversation(call)).toMatchObject({ starting_message: 'Back tomorrow.' })
  expect(asked()).toBe(before)
  await client.deleteBudget({ budget_id })
  await expect.poll(async () => (await client.createConversation(call)).starting_message, soon).toContain('scripted')
})

test('P2: a document serves by its words until the budget has something left, then gets its vectors', async () => {
  const { budget_id } = await stopAll()
  const dataset_id = await library.newDataset()
  const attachment = await library.attach(dataset_id, await library.newFile(textOf(5, 'zebra')))
  expect(await library.settled(attachment)).toMatchObject({ status: 'ready' })
  const query = () => client.queryDataset({ dataset_id, query: 'zebra 3', rerank: true })
  const found = await query()
  expect(found.chunks.length).toBeGreaterThan(0)
  expect(found.degraded).toContain('embedding_failed')
  const lookNow = async () => {
    await library.rows('update datasets set vectors_awaited_at = now() where vectors_awaited_at is not null')
    await library.rows(
      `update work set due_at = now(), ready = true where kind = 'find_embedding_models' and lease is null`,
    )
  }
  await lookNow()
  expect(embedded()).toBe(0)
  expect(model.reranks).toEqual([])
  await client.deleteBudget({ budget_id })
  await expect
    .poll(async () => {
      await lookNow()
      return (await query()).degraded
    }, soon)
    .toEqual([])
  expect(embedded()).toBeGreaterThan(0)
})
