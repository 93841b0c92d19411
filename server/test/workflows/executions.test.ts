// Executions through the API: how they start and end, what is refused, and what each caller sees.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Scope } from '@parley/contract'
import type { WorkflowStreamEvent } from '@parley/sdk'
import { makeKey } from '../support/actors.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { testChanges } from './changed-executions.ts'
import {
  asking,
  endExecution,
  failing,
  failure,
  makeWorkflow,
  publishWorkflow,
  reachStatus,
  simple,
  startExecution,
  waiting,
} from './fixture.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const soon = { timeout: 20_000, interval: 20 }
const unknown_id = '0190b000-0000-7000-8000-ffffffffffff'

const reach = (execution_id: string, status: string) => reachStatus(server.client, execution_id, status)

const as = async (...only: Scope[]) => server.as({ token: await makeKey(server, { only }) })

describe('executing', () => {
  test('the synchronous call answers the output, or the error, as AnyReach does', async () => {
    const { client } = server
    const workflow_id = await publishWorkflow(client)
    const done = await client.executeWorkflow({ workflow_id, input_data: { a: 1 } })
    expect(done).toEqual({ status: 'success', execution_id: expect.any(String), output: { answer: 42 } })
    const failed = await client.executeWorkflow({
      ...{ workflow_id: await publishWorkflow(client, failing) },
      test: { mocks: failure },
    })
    expect(failed).toEqual({
      ...{ status: 'failed', execution_id: expect.any(String) },
      error: { step_name: 'Say it', step_id: 'end', ...failure.end.error },
    })
    expect(await client.getWorkflowExecution({ execution_id: done.execution_id })).toMatchObject({
      ...{ id: done.execution_id, workflow_id, workflow_version: 1, status: 'success', mode: 'sync' },
      ...{ trigger: { type: 'manual' }, input_data: { a: 1 }, output: { answer: 42 }, error: null, is_test: false },
      ...{ current_step: null, visit_count: 2, retry_of: null, duration_ms: expect.any(Number) },
      started_by: { type: 'credential', id: expect.any(String), name: expect.any(String) },
    })
  })

  test('the asynchronous call answers once it is stored', async () => {
    const { client } = server
    const workflow_id = await publishWorkflow(client)
    const { execution_id, ...rest } = await client.executeWorkflowAsync({ workflow_id })
    expect(rest).toEqual({ status: 'queued' })
    await reach(execution_id, 'success')
  })

  test('W1: with the same key there is one execution, and every call has its answer', async () => {
    const { client } = server
    const workflow_id = await publishWorkflow(client)
    const idempotency_key = crypto.randomUUID()
    const calls = Array.from({ length: 4 }, () => client.executeWorkflow({ workflow_id, idempotency_key }))
    const answers = await Promise.all(calls)
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect((await client.listWorkflowExecutions({ workflow_id })).data).toHaveLength(1)
  })

  test('a version is chosen by number, text, `latest` or `live`; by default the live one', async () => {
    const { client } = server
    const workflow_id = await makeWorkflow(client)
    const versionOf = async (workflow_version?: number | string) => {
      const chosen = workflow_version === undefined ? {} : { workflow_version }
      const { execution_id } = await client.executeWorkflow({ workflow_id, ...chosen })
      return (await client.getWorkflowExecution({ execution_id })).workflow_version
    }
    const none = { status: 400, code: 'version_not_published' }
    expect(await refusal(versionOf())).toMatchObject(none)
    expect(await refusal(versionOf(1))).toMatchObject(none)
    await client.publishWorkflowVersion({ workflow_id, version: '1' })
    await client.createWorkflowVersion({ workflow_id, base_version: 1 })
    await client.publishWorkflowVersion({ workflow_id, version: '2' })
    expect(await Promise.all([versionOf(), versionOf(1), versionOf('1'), versionOf('latest')])).toEqual([2, 1, 1, 2])
    expect(await refusal(versionOf('live'))).toMatchObject(none)
    await client.goLiveWorkflowVersion({ workflow_id, version: '1' })
    expect(await Promise.all([versionOf(), versionOf('live'), versionOf('latest')])).toEqual([1, 1, 2])
    expect(await refusal(versionOf(3))).toMatchObject({ status: 404, message: 'Workflow version not found' })
    expect(await refusal(client.executeWorkflow({ workflow_id: unknown_id }))).toMatchObject({
      ...{ status: 404, message: 'Workflow not found' },
    })
  })

  test('input that does not fit is refused by field, and nothing is stored', async () => {
    const { client } = server
    const workflow_id = await publishWorkflow(client, asking)
    const refused = await refusal(client.executeWorkflow({ workflow_id, input_data: { count: 'many' } }))
    expect(refused.status).toBe(422)
    expect(refused.errors!.map(({ path }) => path)).toEqual(['input_data.city', 'input_data.count'])
    const large = { text: 'x'.repeat(262_144) }
    expect((await refusal(client.executeWorkflow({ workflow_id, input_data: large }))).status).toBe(422)
    const lost = { workflow_id, input_data: { city: 'Bergen' }, initial_step: 'nowhere' }
    expect((await refusal(client.executeWorkflow(lost))).errors).toMatchObject([{ path: 'initial_step' }])
    expect((await client.listWorkflowExecutions({ workflow_id })).data).toEqual([])
    expect(await client.executeWorkflow({ workflow_id, input_data: { city: 'Bergen' } })).toMatchObject({
      status: 'success',
    })
  })

  test('a definition of the call needs the scope to manage, and is kept with the execution', async () => {
    const { client } = server
    const done = await client.executeWorkflow({ definition: simple })
    const { execution_id } = done
    expect(done).toMatchObject({ status: 'success', output: { answer: 42 } })
    expect(await client.getWorkflowExecution({ execution_id })).toMatchObject({
      ...{ workflow_id: null, workflow_version: null },
    })
    const worker = await as('workflows:execute')
    expect(await refusal(worker.executeWorkflow({ definition: simple }))).toMatchObject({ status: 403 })
    const refused = await refusal(client.executeWorkflow({ definition: { nodes: [] } }))
    expect(refused.errors).toMatchObject([{ code: 'no_entry' }])
    for (const neither of [{}, { definition: simple, workflow_id: unknown_id }]) {
      expect((await refusal(client.executeWorkflow(neither))).status).toBe(422)
    }
  })

  test('a test takes drafts, mocks and no time, ends where it is told to, and counts nowhere', async () => {
    const { client } = server
    const workflow_id = await makeWorkflow(client, waiting)
    const draft = { workflow_id, workflow_version: 1 }
    const skipped = await client.executeWorkflow({ ...draft, test: { skip_waits: true } })
    expect(skipped).toMatchObject({ status: 'success', output: {} })
    const mocked = await client.executeWorkflow({
      ...draft,
      test: { mocks: { pause: { output: { waited_seconds: 7 } } }, stop_after: 'pause' },
    })
    expect(mocked).toMatchObject({ status: 'success', output: { waited_seconds: 7 } })
    const idsOf = async (input: object) =>
      (await client.listWorkflowExecutions({ workflow_id, ...input })).data.map(({ id }) => id)
    expect(await idsOf({})).toEqual([])
    expect(await idsOf({ is_test: true })).toEqual([mocked.execution_id, skipped.execution_id])
    const worker = await as('workflows:execute')
    expect(await refusal(worker.executeWorkflow({ ...draft, test: {} }))).toMatchObject({ status: 403 })
    const faulty = { mocks: { lost: { output: 1 }, pause: {} }, stop_after: 'nowhere' }
    const refused = await refusal(client.executeWorkflow({ ...draft, test: faulty }))
    expect(refused.errors).toMatchObject([{ path: 'test.mocks.pause' }])
    await client.updateWorkflowVersion({ workflow_id, version: '1', definition: { nodes: [] }, allow_incomplete: true })
    expect((await refusal(client.executeWorkflow({ ...draft, test: {} }))).errors).toMatchObject([{ code: 'no_entry' }])
  })

  test('a wait that is longer than a caller waits fails at once', async () => {
    const { client } = server
    const workflow_id = await publishWorkflow(client, waiting)
    expect(await client.executeWorkflow({ workflow_id })).toMatchObject({
      ...{ status: 'failed', error: { code: 'timed_out', step_id: 'pause', step_name: 'Pause' } },
    })
  })

  test('content that is not kept goes with the end, and the caller has the output', async () => {
    const { client } = server
    const kept = async (keep: string) => {
      const workflow_id = await publishWorkflow(client, { ...simple, settings: { keep } })
      const sync = await client.executeWorkflow({ workflow_id, input_data: { a: 1 } })
      const { execution_id } = await client.executeWorkflowAsync({ workflow_id, input_data: { a: 1 } })
      await reach(execution_id, 'success')
      const read = async (id: string) => (await client.getWorkflowExecution({ execution_id: id })).output
      return { sync, outputs: [await read(sync.execution_id), await read(execution_id)], execution_id }
    }
    const all = await kept('all')
    expect(all.outputs).toEqual([{ answer: 42 }, { answer: 42 }])
    for (const keep of ['none', 'failed']) {
      const { sync, outputs, execution_id } = await kept(keep)
      expect(sync).toMatchObject({ status: 'success', output: { answer: 42 } })
      expect(outputs).toEqual([null, null])
      const { data } = await client.listExecutionVisits({ execution_id })
      expect(data.map(({ status, output }) => [status, output])).toEqual([
        ['success', null],
        ['success', null],
      ])
      expect(await refusal(client.retryExecution({ execution_id }))).toMatchObject({
        status: 409,
        code: 'content_purged',
      })
    }
  })
})

describe('what callers see', () => {
  test('payloads need a scope of their own; the caller of a synchronous execution has its output anyway', async () => {
    const { client } = server
    const workflow_id = await publishWorkflow(client)
    const worker = await as('workflows:execute')
    const { execution_id, ...rest } = await worker.executeWorkflow({ workflow_id, input_data: { a: 1 } })
    expect(rest).toEqual({ status: 'success', output: { answer: 42 } })
    const reader = await as('workflows:read')
    const seen = await reader.getWorkflowExecution({ execution_id })
    expect(seen).not.toHaveProperty('input_data')
    expect(seen).not.toHaveProperty('output')
    for (const hidden of ['input', 'output', 'logs']) {
      expect((await reader.listExecutionVisits({ execution_id })).data[0]).not.toHaveProperty(hidden)
    }
    const trusted = await as('workflows:read', 'workflows:read_sensitive')
    expect(await trusted.getWorkflowExecution({ execution_id })).toMatchObject({ output: { answer: 42 } })
    expect((await trusted.listWorkflowExecutions({ workflow_id })).data).toMatchObject([{ input_data: { a: 1 } }])
    // Of a conversation.
    const conversation_id = crypto.randomUUID()
    await server.database.pool.query(`alter table workflow_executions disable trigger workflow_executions_final;`)
    await server.database.pool.query('update workflow_executions set conversation_id = $2 where id = $1', [
      execution_id,
      conversation_id,
    ])
    await server.database.pool.query(`alter table workflow_executions enable trigger workflow_executions_final;`)
    expect(await trusted.getWorkflowExecution({ execution_id })).not.toHaveProperty('output')
    expect((await trusted.listWorkflowExecutions({ conversation_id })).data[0]).not.toHaveProperty('input_data')
    expect((await client.listExecutionVisits({ execution_id })).data[1]).toMatchObject({ output: { answer: 42 } })
  })

  test('the list has filters and pages, newest first', async () => {
    const { client } = server
    const workflow_id = await publishWorkflow(client)
    const started: string[] = []
    for (let count = 0; count < 4; count += 1)
      started.push((await client.executeWorkflow({ workflow_id })).execution_id)
    const expected = started.toReversed()
    const idsOf = async (input: object) => {
      const { data } = await client.listWorkflowExecutions({ workflow_id, ...input })
      return data.map(({ id }) => id)
    }
    for (const filter of [
      {},
      { version: 1 },
      { status: ['success'] },
      { status: ['queued', 'success'] },
      { trigger_type: 'manual' },
      { version: 1, status: ['success'] },
    ]) {
      expect([filter, await idsOf(filter)]).toEqual([filter, expected])
    }
    expect(await idsOf({ status: ['failed', 'cancelled'] })).toEqual([])
    expect(await idsOf({ version: 2 })).toEqual([])
    expect(await idsOf({ trigger_type: 'timer' })).toEqual([])
    const { queued_at } = await client.getWorkflowExecution({ execution_id: started[1]! })
    expect(await idsOf({ created_after: queued_at })).toEqual(expected.slice(0, 3))
    expect(await idsOf({ created_before: queued_at })).toEqual(expected.slice(2))
    const pages: string[] = []
    for await (const { id } of client.iterate('listWorkflowExecutions', { workflow_id, limit: 3 })) pages.push(id)
    expect(pages).toEqual(expected)
    expect((await refusal(client.listWorkflowExecutions({ version: 1 }))).status).toBe(422)
    const all = await client.listWorkflowExecutions({ status: ['success'], limit: 100 })
    expect(all.data.map(({ id }) => id)).toEqual(expect.arrayContaining(started))
  })

  test('the visits, page by page', async () => {
    const { client } = server
    const execution_id = await endExecution(client)
    const { data, pagination } = await client.listExecutionVisits({ execution_id, limit: 1 })
    expect(data).toEqual([
      {
        ...{ position: 1, step_id: 'begin', step_name: 'begin', type: 'trigger', visit: 1, status: 'success' },
        ...{ branch: null, input: null, output: { type: 'manual' }, error: null, logs: null, effect_sent: false },
        ...{ until: null, resumable: false, input_tokens: null, output_tokens: null },
        ...{ started_at: expect.any(String), finished_at: expect.any(String) },
        attempts: [{ number: 1, started_at: expect.any(String), finished_at: expect.any(String), error: null }],
      },
    ])
    const rest = await client.listExecutionVisits({ execution_id, cursor: pagination.next_cursor! })
    expect(rest.data.map(({ position, step_id }) => [position, step_id])).toEqual([[2, 'end']])
    expect(rest.pagination.next_cursor).toBeNull()
  })

  test('the stream has every event once, from any of them on, and closes after the last', async () => {
    const { client } = server
    const execution_id = await startExecution(client)
    const events: WorkflowStreamEvent[] = []
    const reading = (async () => {
      for await (const event of client.streamExecutionEvents({ execution_id })) events.push(event)
    })()
    await expect.poll(() => events.at(-1)?.event, soon).toBe('workflow_execution.waiting')
    await client.resumeExecution({ execution_id })
    await reading
    expect(events.map(({ id }) => id)).toEqual(events.map((_event, index) => index + 1))
    expect(events.map(({ event }) => event)).toEqual([
      'workflow_execution.queued',
      'workflow_execution.started',
      'workflow_step.started',
      'workflow_step.completed',
      'workflow_step.started',
      'workflow_execution.waiting',
      'workflow_execution.resumed',
      'workflow_step.completed',
      'workflow_step.started',
      'workflow_step.completed',
      'workflow_execution.completed',
    ])
    expect(events[5]!.data).toMatchObject({
      ...{ execution_id, sequence: 6, type: 'workflow_execution.waiting' },
      data: { execution_id, status: 'waiting', step_id: 'pause', position: 2, until: expect.any(String), error: null },
    })
    const later: number[] = []
    for await (const { id } of client.streamExecutionEvents({ execution_id, after: 9 })) later.push(id)
    expect(later).toEqual([10, 11])
    for await (const event of client.streamExecutionEvents({ execution_id, after: 11 })) expect(event).toBeNull()
    const beyond = client.streamExecutionEvents({ execution_id, after: 12 })
    expect((await refusal(beyond.next())).status).toBe(422)
  })
})

testChanges(() => server)
