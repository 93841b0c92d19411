// What callers change of executions: they cancel, resume and retry them, and delete their conversations.
import { expect, test } from 'vitest'
import { type TestServer, publishAgent, refusal } from '../support/server.ts'
import { endExecution, failing, failure, publishWorkflow, reachStatus, startExecution, waiting } from './fixture.ts'

const soon = { timeout: 20_000, interval: 20 }
const unknown_id = '0190b000-0000-7000-8000-ffffffffffff'

export function testChanges(server: () => TestServer): void {
  const reach = (execution_id: string, status: string) => reachStatus(server().client, execution_id, status)

  test('W10: cancelling is final, and repeated it changes nothing', async () => {
    const { client } = server()
    const execution_id = await startExecution(client)
    const cancelled = await client.cancelExecution({ execution_id })
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      cancel_reason: 'by_caller',
      current_step: null,
      output: null,
    })
    expect(await client.cancelExecution({ execution_id })).toEqual(cancelled)
    expect(await refusal(client.cancelExecution({ execution_id: unknown_id }))).toMatchObject({
      ...{ status: 404, message: 'Workflow execution not found' },
    })
    const done = await endExecution(client)
    expect(await client.cancelExecution({ execution_id: done })).toMatchObject({ status: 'success' })
  })

  test('many are cancelled together, of one workflow and status', async () => {
    const { client } = server()
    const workflow_id = await publishWorkflow(client, waiting)
    const start = async () => (await client.executeWorkflowAsync({ workflow_id })).execution_id
    const [one, two] = [await start(), await start()]
    await reach(one, 'waiting')
    await reach(two, 'waiting')
    const of = { workflow_id, status: 'waiting' } as const
    expect(await client.cancelExecutions({ ...of, created_before: '2020-01-01T00:00:00Z' })).toEqual({
      ...{ cancelled: 0, continue_after: null },
    })
    expect(await client.cancelExecutions({ workflow_id, status: 'queued' })).toMatchObject({ cancelled: 0 })
    expect(await client.cancelExecutions(of)).toEqual({ cancelled: 2, continue_after: null })
    await reach(two, 'cancelled')
    expect(await client.cancelExecutions({ workflow_id })).toEqual({ cancelled: 0, continue_after: null })
  })

  test('of several that resume a wait one wins, with its data', async () => {
    const { client } = server()
    const execution_id = await startExecution(client)
    await reach(execution_id, 'waiting')
    const calls = Array.from({ length: 5 }, (_none, n) => client.resumeExecution({ execution_id, data: { n } }))
    const outcomes = await Promise.allSettled(calls)
    const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(lost).toHaveLength(4)
    for (const reason of lost) {
      expect(reason).toMatchObject({
        ...{ status: 409, code: 'execution_not_waiting', message: 'The execution is not waiting.' },
      })
    }
    await reach(execution_id, 'success')
    const { data } = await client.listExecutionVisits({ execution_id })
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    expect(data[1]!.output).toMatchObject({ resumed: true, data: { n: winner } })
    const done = await endExecution(client)
    expect(await refusal(client.resumeExecution({ execution_id: done }))).toMatchObject({ status: 409 })
  })

  test('a retry takes the outputs before its step', async () => {
    const { client } = server()
    const workflow_id = await publishWorkflow(client, failing)
    const input_data = { order: 7 }
    const first = await client.executeWorkflow({ workflow_id, input_data, test: { mocks: failure } })
    const { execution_id } = first
    const retried = await client.retryExecution({ execution_id })
    expect(retried.status).toBe('queued')
    await reach(retried.execution_id, 'failed')
    expect(await client.getWorkflowExecution(retried)).toMatchObject({
      ...{ retry_of: execution_id, input_data, visit_count: 2, mode: 'async', is_test: true, workflow_version: 1 },
    })
    const { data } = await client.listExecutionVisits(retried)
    expect(data.map(({ position, step_id, status, attempts }) => [position, step_id, status, attempts.length])).toEqual(
      [
        [1, 'begin', 'success', 0],
        [2, 'end', 'failed', 1],
      ],
    )
    // All of it, with another version.
    await client.createWorkflowVersion({ workflow_id, definition: failing })
    await client.publishWorkflowVersion({ workflow_id, version: '2' })
    const again = await client.retryExecution({ execution_id, from_step: 1, version: 'latest' })
    await reach(again.execution_id, 'failed')
    expect(await client.getWorkflowExecution(again)).toMatchObject({ workflow_version: 2, visit_count: 2 })
    await client.createWorkflowVersion({
      workflow_id,
      definition: { nodes: [{ ...failing.nodes[0], id: 'other', next: {} }] },
    })
    await client.publishWorkflowVersion({ workflow_id, version: '3' })
    expect((await refusal(client.retryExecution({ execution_id, version: 3 }))).errors).toMatchObject([
      { path: 'from_step', message: expect.stringContaining('"begin"') },
      { path: 'from_step', message: expect.stringContaining('"end"') },
    ])
    for (const from_step of [3, 'nowhere']) {
      expect((await refusal(client.retryExecution({ execution_id, from_step }))).status).toBe(422)
    }
    const open = await startExecution(client)
    expect(await refusal(client.retryExecution({ execution_id: open }))).toMatchObject({
      ...{ status: 409, code: 'execution_active', message: 'The execution has not ended.' },
    })
  })

  test('deleting or purging a conversation cancels its executions and takes their payloads', async () => {
    const { client, database } = server()
    const { agent_id } = await publishAgent(client, { retention: { content_days: 1 } })
    const started = async () => {
      const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
      const execution_id = await startExecution(client)
      await reach(execution_id, 'waiting')
      const values = [execution_id, conversation.id]
      await database.pool.query('update workflow_executions set conversation_id = $2 where id = $1', values)
      return { conversation_id: conversation.id, execution_id }
    }
    const [deleted, purged] = [await started(), await started()]
    await client.deleteConversation(deleted)
    await client.endConversation(purged)
    await database.pool.query(`update conversations set ended_at = ended_at - interval '25 hours' where id = $1`, [
      purged.conversation_id,
    ])
    const due = `update work set due_at = now() where subject = $1 and kind = 'purge_content'`
    // Its arrival is merged first.
    await expect.poll(async () => (await database.pool.query(due, [purged.conversation_id])).rowCount, soon).toBe(1)
    for (const { execution_id } of [deleted, purged]) {
      await reach(execution_id, 'cancelled')
      expect(await client.getWorkflowExecution({ execution_id })).toMatchObject({
        ...{ cancel_reason: 'conversation_deleted', input_data: null, output: null },
      })
      const { data } = await client.listExecutionVisits({ execution_id })
      expect(data.map(({ output }) => output)).toEqual([null, null])
    }
  })
}
