// A server that fails where a conversation begins after its workflow: it begins once, with one greeting, and what waits is answered.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { publishWorkflow } from './fixture.ts'

let server: TestServer
let failing: string | null = null
beforeAll(async () => {
  const reached = async (point: string) => {
    if (point !== failing) return
    failing = null
    throw new Error(`the server fails at ${point}`)
  }
  server = await startTestServer({}, { ports: { reached } })
})
afterAll(() => server[Symbol.asyncDispose]())

const soon = { timeout: 60_000, interval: 50 }

const points = ['begun', 'written', 'committed'].map((stage) => `trigger.begin_conversation.${stage}`)

test.each([...points, 'begin.begun', 'begin.locked', 'begin.written', 'execution.result.committed'])(
  'a failure at %s',
  { timeout: 120_000 },
  async (point) => {
    const { client } = server
    const definition = {
      nodes: [
        { id: 'begin', type: 'trigger', config: { type: 'pre_call' }, next: { default: 'pause' } },
        {
          ...{ id: 'pause', type: 'wait', next: { default: 'end' } },
          config: { duration: 50, unit: 'seconds', resumable: true },
        },
        { id: 'end', type: 'output', config: { output_data: { custom_metadata: { tier: 'gold' } } } },
      ],
    }
    const workflow_id = await publishWorkflow(client, definition)
    const { agent_id } = await publishAgent(client, {
      pre_conversation_workflow: { workflow_id, timeout_seconds: 60 },
      starting_message: 'Hello {{ custom_metadata.tier }}',
    })
    server.model.answer = () => 'Here I am.'
    const id = crypto.randomUUID()
    const created = client.createConversation({ id, channel: 'text', user_id: 'ada', agent_id })
    const executions = async () => (await client.listWorkflowExecutions({ conversation_id: id })).data
    await expect.poll(async () => (await executions())[0]?.status, soon).toBe('waiting')
    const sent = client.sendConversationMessage({ conversation_id: id, text: 'Are you there?' })
    const turns = async () => (await client.listConversationTurns({ conversation_id: id })).data
    await expect.poll(turns, soon).toMatchObject([{ status: 'queued' }])
    failing = point
    const [execution] = await executions()
    await client.resumeExecution({ execution_id: execution!.execution_id, data: {} })
    expect(await sent).toMatchObject({ reply: 'Here I am.' })
    expect(await created).toMatchObject({ starting_message: 'Hello gold', conversation: { status: 'in_progress' } })
    expect(failing).toBeNull()
    const { rows } = await server.database.pool.query<{ type: string }>(
      `select type from events where conversation_id = $1 and type in ('conversation.started', 'message.created') order by sequence`,
      [id],
    )
    expect(rows.map(({ type }) => type)).toEqual([
      ...['message.created', 'conversation.started', 'message.created', 'message.created'],
    ])
    expect(await executions()).toMatchObject([{ status: 'success' }])
  },
)
