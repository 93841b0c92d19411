// Workflows and their versions: what a call gives, what it refuses, and the events of each change.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/database/store.ts'
import { readOrganizationEvents } from '../../src/organization-events/organization-events.ts'
import { foldCounts } from '../../src/workflows/rows/counts.ts'
import { forgetWorkflows } from '../../src/workflows/rows/workflows.ts'
import { makeKey } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { makeWorkflow, publishWorkflow, simple, startExecution, waiting } from './fixture.ts'

const settings = { PARLEY_LIMIT_WORKFLOWS: '40', PARLEY_LIMIT_WORKFLOW_VERSIONS: '3' }
let server: TestServer
beforeAll(async () => {
  server = await startTestServer(settings)
})
afterAll(() => server[Symbol.asyncDispose]())

const broken = { nodes: [{ id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'lost' } }] }
const unknown_id = '0190b000-0000-7000-8000-ffffffffffff'
const noEnds = { success: 0, failed: 0, cancelled: 0 }

/** The events of a workflow, oldest first. */
async function eventsOf(workflow_id: string) {
  const { events } = await readOrganizationEvents(openStore(server.database, server.organization_id), 0, 10_000)
  return events.flatMap(({ type, subject, data }) => (subject === workflow_id ? [{ type, data }] : []))
}

describe('workflows', () => {
  test('without a definition there are no versions; with one, version 1 is a draft in the one form', async () => {
    const { client, organization_id } = server
    const bare = await client.createWorkflow({ name: 'Bare' })
    expect(bare).toEqual({
      ...{ id: bare.id, workflow_id: bare.id, organization_id, name: 'Bare', description: null, metadata: {} },
      ...{ live_version: null, latest_version: null },
      statistics: { ...noEnds, average_duration: null, last_day: noEnds },
      ...{ created_at: bare.created_at, updated_at: bare.created_at },
    })
    const sent = {
      steps: { begin: { type: 'start', next: 'end' }, end: { type: 'end', data: { output_data: { a: 1 } } } },
    }
    const { id } = await client.createWorkflow({ name: 'Drawn elsewhere', definition: sent })
    const version = await client.getWorkflowVersion({ workflow_id: id, version: 'latest' })
    expect(version).toMatchObject({ version: 1, status: 'draft', revision: 1, problems: [], published_at: null })
    expect(version.definition.nodes.map(({ id: step, type }) => [step, type])).toEqual([
      ['begin', 'trigger'],
      ['end', 'output'],
    ])
    expect(await client.getWorkflow({ workflow_id: id.toUpperCase() })).toMatchObject({ latest_version: 1 })
  })

  test('a definition with problems is refused with all of them and their codes, or stored as an incomplete draft', async () => {
    const { client } = server
    const refused = await refusal(client.createWorkflow({ name: 'Broken', definition: broken }))
    expect(refused.status).toBe(422)
    expect(refused.errors).toEqual([
      { path: 'definition.nodes.0.next.default', code: 'unknown_step', message: expect.any(String) },
    ])
    const workflow_id = (await client.createWorkflow({ name: 'Broken', definition: broken, allow_incomplete: true })).id
    const { problems } = await client.getWorkflowVersion({ workflow_id, version: '1' })
    expect(problems).toEqual(refused.errors)
    const unpublished = await refusal(client.publishWorkflowVersion({ workflow_id, version: '1' }))
    expect(unpublished.errors).toEqual(refused.errors)
    expect(await client.checkWorkflow({ definition: broken })).toMatchObject({ problems: refused.errors })
    const shapeless = await refusal(
      client.createWorkflow({ name: 'x', definition: { nodes: [{ id: 7 }] }, allow_incomplete: true }),
    )
    expect(shapeless.errors!.every(({ code }) => code === 'invalid')).toBe(true)
  })

  test('fields are changed one by one; the list has filters and pages', async () => {
    const { client } = server
    const workflow_id = await makeWorkflow(client, simple, 'Orders of Ålesund')
    expect(await client.updateWorkflow({ workflow_id, description: 'All', metadata: { a: 1 } })).toMatchObject({
      ...{ name: 'Orders of Ålesund', description: 'All', metadata: { a: 1 } },
    })
    expect(await client.updateWorkflow({ workflow_id, name: 'Orders' })).toMatchObject({ description: 'All' })
    expect((await refusal(client.updateWorkflow({ workflow_id, name: ' ' }))).status).toBe(422)
    await client.publishWorkflowVersion({ workflow_id, version: '1' })
    await client.goLiveWorkflowVersion({ workflow_id, version: '1' })
    const idsOf = async (input: object) => (await client.listWorkflows(input)).data.map(({ id }) => id)
    expect(await idsOf({ name: 'ORDER' })).toEqual([workflow_id])
    expect(await idsOf({ live: true })).toEqual([workflow_id])
    expect(await idsOf({ live: false, limit: 100 })).not.toContain(workflow_id)
    const all = await idsOf({ limit: 100 })
    const first = await client.listWorkflows({ limit: 1 })
    const rest = await client.listWorkflows({ limit: 100, cursor: first.pagination.next_cursor! })
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual(all)
  })

  test('deleted when nothing needs it; its executions stay until they are old', async () => {
    const { client, database } = server
    const execution_id = await startExecution(client)
    const { workflow_id } = await client.getWorkflowExecution({ execution_id })
    const named = { workflow_id: workflow_id! }
    const inUse = { status: 409, code: 'workflow_in_use' }
    expect(await refusal(client.deleteWorkflow(named))).toMatchObject({
      ...inUse,
      message: 'The workflow is live, has open executions, or a published agent uses it.',
    })
    await client.cancelExecution({ execution_id })
    await client.goLiveWorkflowVersion({ ...named, version: '1' })
    expect(await refusal(client.deleteWorkflow(named))).toMatchObject(inUse)
    await client.goOfflineWorkflow(named)
    const action = { type: 'workflow', ...named }
    const tool = { name: 'look_up', description: 'Looks up', parameters: {}, actions: [action] }
    const { agent_id } = await publishAgent(client, { tools: [tool] })
    expect(await refusal(client.deleteWorkflow(named))).toMatchObject(inUse)
    await client.deleteAgent({ agent_id })
    await client.deleteWorkflow(named)
    expect(await refusal(client.getWorkflow(named))).toMatchObject({ status: 404, message: 'Workflow not found' })
    expect((await client.getWorkflowExecution({ execution_id })).workflow_id).toBe(workflow_id)
    expect(await refusal(client.retryExecution({ execution_id }))).toMatchObject({ status: 404 })
    const count = async () => {
      await forgetWorkflows(database)
      const { rows } = await database.pool.query('select from workflow_versions where workflow_id = $1', [workflow_id])
      return rows.length
    }
    expect(await count()).toBe(1)
    await database.pool.query('delete from workflow_executions where id = $1', [execution_id])
    expect(await count()).toBe(0)
  })

  test('there are as many as the setting says', async () => {
    const { client } = server
    const { data } = await client.listWorkflows({ limit: 100 })
    for (let left = 40 - data.length; left > 0; left -= 1) await client.createWorkflow({ name: 'One more' })
    expect(await refusal(client.createWorkflow({ name: 'One too many' }))).toMatchObject({
      ...{ status: 409, code: 'too_many_workflows' },
    })
    for (const { id } of (await client.listWorkflows({ name: 'One more', limit: 100 })).data) {
      await client.deleteWorkflow({ workflow_id: id })
    }
  })

  test('statistics count ends, tests aside, whether they are added up yet or not', async () => {
    const { client, database } = server
    const workflow_id = await publishWorkflow(client)
    await client.executeWorkflow({ workflow_id })
    await client.executeWorkflow({ workflow_id, test: {} })
    const read = async () => (await client.getWorkflow({ workflow_id })).statistics
    const expected = { success: 1, failed: 0, cancelled: 0, average_duration: expect.any(Number) }
    expect(await read()).toMatchObject({ ...expected, last_day: { success: 1, failed: 0, cancelled: 0 } })
    await foldCounts(database)
    expect(await read()).toMatchObject({ ...expected, last_day: { success: 1, failed: 0, cancelled: 0 } })
    await client.executeWorkflow({ workflow_id })
    expect(await read()).toMatchObject({ success: 2, last_day: { success: 2 } })
  })
})

describe('versions', () => {
  test('a draft changes with its revision; what is published never does', async () => {
    const { client, database } = server
    const workflow_id = await makeWorkflow(client)
    const first = { workflow_id, version: '1' }
    const changed = await client.updateWorkflowVersion({ ...first, definition: waiting, if_match: '1' })
    expect(changed).toMatchObject({ revision: 2, status: 'draft' })
    const stale = { ...first, definition: simple, if_match: '1' }
    expect(await refusal(client.updateWorkflowVersion(stale))).toMatchObject({ status: 412, code: 'revision_mismatch' })
    expect(await refusal(client.publishWorkflowVersion({ ...first, if_match: '1' }))).toMatchObject({ status: 412 })
    const published = await client.publishWorkflowVersion({ ...first, if_match: '"2"' })
    expect(published).toMatchObject({ status: 'published', revision: 2, live_since: null })
    expect(await client.publishWorkflowVersion(first)).toEqual(published)
    const refused = { status: 400, code: 'version_published' }
    expect(await refusal(client.updateWorkflowVersion({ ...first, definition: simple }))).toMatchObject(refused)
    expect(await refusal(client.deleteWorkflowVersion(first))).toMatchObject(refused)
    for (const change of [
      `definition = '{}'`,
      `status = 'draft', published_at = null, published_by = null`,
      'revision = 9',
    ]) {
      const attempt = database.pool.query(`update workflow_versions set ${change} where id = $1`, [published.id])
      await expect(attempt).rejects.toThrow(/never changes/)
    }
    const deleting = database.pool.query('delete from workflow_versions where id = $1', [published.id])
    await expect(deleting).rejects.toThrow(/cannot be deleted/)
    expect(await eventsOf(workflow_id)).toEqual([
      { type: 'workflow.published', data: { workflow_id, name: 'Workflow', version: 1 } },
    ])
  })

  test('numbers are not used twice, and a revision of `latest` means one version only', async () => {
    const { client } = server
    const workflow_id = await makeWorkflow(client)
    const second = await client.createWorkflowVersion({ workflow_id, base_version: 1 })
    expect(second).toMatchObject({ version: 2, revision: 2, status: 'draft' })
    await client.deleteWorkflowVersion({ workflow_id, version: 'latest' })
    const third = await client.createWorkflowVersion({ workflow_id, definition: waiting })
    expect(third).toMatchObject({ version: 3, revision: 3 })
    const list = await client.listWorkflowVersions({ workflow_id, status: 'draft' })
    expect(list.data.map(({ version }) => version)).toEqual([3, 1])
    const page = await client.listWorkflowVersions({ workflow_id, limit: 1 })
    const next = await client.listWorkflowVersions({ workflow_id, cursor: page.pagination.next_cursor! })
    expect([...page.data, ...next.data].map(({ version }) => version)).toEqual([3, 1])
    await client.createWorkflowVersion({ workflow_id, base_version: 1 })
    expect(await refusal(client.createWorkflowVersion({ workflow_id, base_version: 1 }))).toMatchObject({
      ...{ status: 409, code: 'too_many_workflow_versions' },
    })
    for (const both of [{}, { base_version: 1, definition: simple }]) {
      expect((await refusal(client.createWorkflowVersion({ workflow_id, ...both }))).status).toBe(422)
    }
    const other = await makeWorkflow(client)
    expect(await refusal(client.createWorkflowVersion({ workflow_id: other, base_version: 9 }))).toMatchObject({
      ...{ status: 404, message: 'Workflow version not found' },
    })
  })

  test('one is live at most; going live replaces it, and offline it is published again', async () => {
    const { client } = server
    const workflow_id = await publishWorkflow(client)
    const [first, second] = ['1', '2'].map((version) => ({ workflow_id, version })) as [
      { workflow_id: string; version: string },
      { workflow_id: string; version: string },
    ]
    await client.createWorkflowVersion({ workflow_id, definition: waiting })
    const live = (version: string) => client.getWorkflowVersion({ workflow_id, version })
    expect(await refusal(live('live'))).toMatchObject({ status: 404 })
    expect(await refusal(client.goLiveWorkflowVersion(second))).toMatchObject({
      ...{ status: 400, code: 'version_not_published' },
      message: 'The workflow version is not published. Publish it first.',
    })
    const went = await client.goLiveWorkflowVersion({ ...first, if_match: '1' })
    expect(went).toMatchObject({ status: 'live', live_since: expect.any(String) })
    expect(await client.goLiveWorkflowVersion(first)).toEqual(went)
    await client.publishWorkflowVersion(second)
    expect(await refusal(client.goLiveWorkflowVersion({ ...second, if_match: '1' }))).toMatchObject({ status: 412 })
    await client.goLiveWorkflowVersion(second)
    expect(await client.getWorkflow({ workflow_id })).toMatchObject({ live_version: 2, latest_version: 2 })
    expect(await live('1')).toMatchObject({ status: 'published', live_since: null })
    expect(await client.goOfflineWorkflow({ workflow_id })).toMatchObject({ live_version: null })
    expect(await client.goOfflineWorkflow({ workflow_id })).toMatchObject({ live_version: null })
    const about = { workflow_id, name: 'Workflow' }
    expect((await eventsOf(workflow_id)).filter(({ type }) => type !== 'workflow.published')).toEqual([
      { type: 'workflow.went_live', data: { ...about, version: 1, replaced: null } },
      { type: 'workflow.went_live', data: { ...about, version: 2, replaced: 1 } },
      { type: 'workflow.went_offline', data: { ...about, version: 2 } },
    ])
  })

  test('several that go live at once leave one', async () => {
    const { client } = server
    const workflow_id = await publishWorkflow(client)
    await client.createWorkflowVersion({ workflow_id, base_version: 1 })
    await client.publishWorkflowVersion({ workflow_id, version: '2' })
    const versions = ['1', '2', '1', '2', '1', '2']
    await Promise.all(versions.map((version) => client.goLiveWorkflowVersion({ workflow_id, version })))
    const { data } = await client.listWorkflowVersions({ workflow_id })
    expect(data.filter(({ status }) => status === 'live')).toHaveLength(1)
  })

  test('a comparison is exact, or in the words of the model', async () => {
    const { client } = server
    const workflow_id = await publishWorkflow(client)
    await client.createWorkflowVersion({ workflow_id, definition: { ...simple, settings: { max_steps: 7 } } })
    const both = { workflow_id, from_version: 1, to_version: 'latest' }
    expect(await client.compareWorkflowVersions(both)).toEqual({
      ...{ from_version: 1, to_version: 2 },
      differences: [{ op: 'added', path: '/settings', label: 'settings', to: { max_steps: 7 } }],
    })
    let words = ''
    for await (const piece of client.streamWorkflowVersionComparison(both)) words += piece
    expect(words.length).toBeGreaterThan(0)
    expect(await refusal(client.compareWorkflowVersions({ ...both, to_version: 'live' }))).toMatchObject({
      status: 404,
    })
  })

  test('an app step needs its connection, which then stays', async () => {
    const { client } = server
    const app = { id: 'call', type: 'app', config: { connection: 'CRM', tool: 'find' } }
    const begin = { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'call' } }
    const workflow_id = await makeWorkflow(client, { nodes: [begin, app] })
    const first = { workflow_id, version: '1' }
    const path = 'definition.nodes.1.config.connection'
    expect((await client.getWorkflowVersion(first)).warnings).toContainEqual(expect.stringContaining(path))
    const problems = [{ path, code: 'not_available', message: expect.any(String) }]
    expect((await refusal(client.publishWorkflowVersion(first))).errors).toEqual(problems)
    expect(await client.checkWorkflow({ definition: { nodes: [begin, app] } })).toMatchObject({ problems })
    const fields = { kind: 'http', url: 'https://crm.example.com' } as const
    const { id: connection_id } = await client.createWorkflowConnection({ name: 'CRM', ...fields })
    expect(await client.checkWorkflow({ definition: { nodes: [begin, app] } })).toMatchObject({ problems: [] })
    await client.publishWorkflowVersion(first)
    const inUse = { status: 409, code: 'connection_in_use', message: 'A published version uses this connection.' }
    expect(await refusal(client.deleteWorkflowConnection({ connection_id }))).toMatchObject(inUse)
    expect(await refusal(client.updateWorkflowConnection({ connection_id, name: 'Other' }))).toMatchObject(inUse)
    expect(await client.updateWorkflowConnection({ connection_id, timeout_ms: 5 })).toMatchObject({ timeout_ms: 5 })
    await client.deleteWorkflow({ workflow_id })
    await client.deleteWorkflowConnection({ connection_id })
  })

  test('reading needs a scope to read, changing one to manage', async () => {
    const workflow_id = await makeWorkflow(server.client)
    const reader = server.as({ token: await makeKey(server, { only: ['workflows:read'] }) })
    expect(await reader.getWorkflow({ workflow_id })).toMatchObject({ id: workflow_id })
    expect(await refusal(reader.publishWorkflowVersion({ workflow_id, version: '1' }))).toMatchObject({ status: 403 })
    expect(await refusal(reader.executeWorkflow({ workflow_id }))).toMatchObject({ status: 403 })
    expect(await refusal(server.client.getWorkflow({ workflow_id: unknown_id }))).toMatchObject({ status: 404 })
  })
})

describe('connections', () => {
  test('what is sent is checked, and comes back as it was', async () => {
    const { client, organization_id } = server
    const auth = { type: 'bearer', token: '{{ secrets.CRM }}' } as const
    const operations = [{ name: 'find', path: '/c/{id}', parameters: { type: 'object', properties: { id: {} } } }]
    const sent = { name: 'Books', kind: 'http', url: 'https://books.example.com', auth, operations } as const
    const made = await client.createWorkflowConnection(sent)
    expect(made).toEqual({
      ...sent,
      ...{ id: made.id, organization_id, description: null, created_at: made.created_at, updated_at: made.created_at },
    })
    expect(await client.getWorkflowConnection({ connection_id: made.id })).toEqual(made)
    expect((await client.listWorkflowConnections({})).data).toContainEqual(made)
    expect(await refusal(client.createWorkflowConnection(sent))).toMatchObject({
      ...{ status: 409, code: 'connection_name_taken' },
    })
    const faulty = { name: 'parley', kind: 'http', url: 'ftp://x', auth: { type: 'bearer', token: '' } } as const
    const paths = (await refusal(client.createWorkflowConnection(faulty))).errors!.map(({ path }) => path)
    expect(paths).toEqual(['name', 'url', 'auth.token'])
    const changed = await client.updateWorkflowConnection({ connection_id: made.id, auth: null, name: 'Library' })
    expect(changed).toMatchObject({ name: 'Library', auth: null, operations })
    await client.deleteWorkflowConnection({ connection_id: made.id })
    expect(await refusal(client.getWorkflowConnection({ connection_id: made.id }))).toMatchObject({
      ...{ status: 404, message: 'Connection not found' },
    })
  })
})
