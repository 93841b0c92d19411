// What is recorded of workflows.
import { unknown_id } from '../wire/walks/constants.ts'
import { type Walk, until } from '../wire/world.ts'
import { asking, connection, simple, waiting } from './fixture.ts'

export const walks = {
  async workflows(walk: Walk) {
    const { call, prepare } = walk
    const params = { workflow_id: await walkWorkflows(walk) }
    await walkVersions(walk, params)
    await call('deleteWorkflow', 'one', { params })
    await call('deleteWorkflow', 'again', { params })
    for (let count = 1; count < 6; count += 1) await prepare('createWorkflow', { body: { name: 'A workflow' } })
    await call('createWorkflow', 'one too many', { body: { name: 'A workflow' } })
  },
  async 'workflow-connections'(walk: Walk) {
    await walkConnections(walk)
    await walkExpressions(walk)
  },
  async 'workflow-triggers'(walk: Walk) {
    await walkTriggers(walk)
  },
  async 'workflow-executions'(walk: Walk) {
    await walkExecutions(walk)
    await walkWaits(walk)
  },
}

async function walkWorkflows({ call, prepare }: Walk): Promise<string> {
  await call('getWorkflowDefinitionSchema', 'as it is', { shows: 'hash' })
  const steps = { begin: { type: 'start', next: 'end' }, end: { type: 'end' } }
  const made = await call('createWorkflow', 'in another form', {
    body: { name: 'Orders', definition: { steps, color: 'blue' } },
  })
  const params = { workflow_id: made.json.id as string }
  await call('createWorkflow', 'faults', { body: { name: ' ', definition: { nodes: [{ id: 'a', type: 'x' }] } } })
  await call('createWorkflow', 'problems', { body: { name: 'Orders', definition: { nodes: [] } } })
  await call('checkWorkflow', 'problems', { body: { definition: { nodes: [simple.nodes[0]] } } })
  await call('getWorkflow', 'as it is', { params })
  await call('updateWorkflow', 'its fields', { params, body: { name: 'Orders 2', metadata: { a: 1 } } })
  await prepare('createWorkflow', { body: { name: 'Another' } })
  const page = await call('listWorkflows', 'the first page', { query: 'limit=1' })
  await call('listWorkflows', 'the last page', { query: `limit=1&cursor=${page.json.pagination.next_cursor}` })
  return params.workflow_id
}

async function walkVersions({ call, prepare }: Walk, { workflow_id }: { workflow_id: string }): Promise<void> {
  const of = { params: { workflow_id } }
  const first = { params: { workflow_id, version: '1' } }
  await call('getWorkflowVersion', 'as it is', first)
  await call('getWorkflowVersion', 'none is live', { params: { workflow_id, version: 'live' } })
  await call('updateWorkflowVersion', 'an old revision', {
    ...first,
    ...{ body: { definition: simple }, headers: { 'if-match': '7' } },
  })
  await call('updateWorkflowVersion', 'its definition', { ...first, body: { definition: simple } })
  await call('goLiveWorkflowVersion', 'a draft', first)
  await call('executeWorkflow', 'none is published', { body: { workflow_id } })
  await call('publishWorkflowVersion', 'one', first)
  await call('updateWorkflowVersion', 'a published one', { ...first, body: { definition: simple } })
  await call('goLiveWorkflowVersion', 'one', first)
  await call('deleteWorkflow', 'that is live', of)
  await call('createWorkflowVersion', 'of another', { ...of, body: { base_version: 1 } })
  await call('createWorkflowVersion', 'of nothing', { ...of, body: {} })
  await prepare('createWorkflowVersion', { ...of, body: { base_version: 1 } })
  await call('createWorkflowVersion', 'one too many', { ...of, body: { base_version: 1 } })
  await call('compareWorkflowVersions', 'exactly', {
    ...of,
    ...{ query: 'format=json', body: { from_version: 1, to_version: 'latest' } },
  })
  await call('listWorkflowVersions', 'a page', { ...of, query: 'limit=2' })
  await call('deleteWorkflowVersion', 'a draft', { params: { workflow_id, version: '3' } })
  await call('goOfflineWorkflow', 'one', of)
}

async function walkConnections({ call, prepare }: Walk): Promise<void> {
  const made = await call('createWorkflowConnection', 'of an API', { body: { ...connection, name: 'CRM' } })
  await call('createWorkflowConnection', 'with the same name', { body: { ...connection, name: 'CRM' } })
  await prepare('createWorkflowConnection', { body: { ...connection, name: 'Other' } })
  await call('createWorkflowConnection', 'one too many', { body: { ...connection, name: 'Third' } })
  await call('createWorkflowConnection', 'faults', { body: { kind: 'http', url: 'ftp://x', name: 'parley' } })
  const params = { connection_id: made.json.id as string }
  await call('getWorkflowConnection', 'as it is', { params })
  await call('listWorkflowConnections', 'all')
  await call('updateWorkflowConnection', 'its time', { params, body: { timeout_ms: 100 } })
  const operations = [{ name: 'find', path: '/contacts/{id}', parameters: { properties: { id: { type: 'string' } } } }]
  await prepare('updateWorkflowConnection', { params, body: { operations, allowed_tools: [] } })
  await call('listWorkflowConnectionTools', 'of an API', { params })
  await call('listWorkflowConnectionTools', 'of no connection', { params: { connection_id: unknown_id } })
  const app = { id: 'call', type: 'app', config: { connection: 'CRM', tool: 'find' } }
  const definition = { nodes: [{ ...simple.nodes[0], next: { default: 'call' } }, app] }
  const workflow = await prepare('createWorkflow', { body: { name: 'Calls', definition } })
  const { id: workflow_id } = workflow.json as { id: string }
  await prepare('publishWorkflowVersion', { params: { workflow_id, version: '1' } })
  await call('deleteWorkflowConnection', 'in use', { params })
  await prepare('deleteWorkflow', { params: { workflow_id } })
  await call('deleteWorkflowConnection', 'one', { params })
}

async function publish({ prepare }: Walk, definition: object): Promise<string> {
  const { json } = await prepare('createWorkflow', { body: { name: 'Workflow', definition } })
  const workflow_id = json.id as string
  await prepare('publishWorkflowVersion', { params: { workflow_id, version: '1' } })
  return workflow_id
}

async function walkExecutions(walk: Walk): Promise<void> {
  const { call } = walk
  const workflow_id = await publish(walk, simple)
  const done = await call('executeWorkflow', 'to its end', { body: { workflow_id, input_data: { a: 1 } } })
  const params = { execution_id: done.json.execution_id as string }
  const mocks = { end: { error: { code: 'http_failed', message: 'Nobody is there.' } } }
  const failed = await call('executeWorkflow', 'a test that fails', { body: { workflow_id, test: { mocks } } })
  await call('executeWorkflow', 'an unknown one', { body: { workflow_id: unknown_id } })
  await call('executeWorkflow', 'a chain of calls', { body: { workflow_id }, headers: { 'parley-depth': '4' } })
  await call('executeWorkflow', 'faults of the input', { body: { workflow_id: await publish(walk, asking) } })
  await call('getWorkflowExecution', 'as it is', { params })
  await call('getWorkflowExecution', 'that failed', { params: { execution_id: failed.json.execution_id as string } })
  await call('listWorkflowExecutions', 'all', { query: 'status=success&status=failed' })
  await call('listExecutionVisits', 'the first page', { params, query: 'limit=1' })
  await call('streamExecutionEvents', 'to the end', { params })
  await call('cancelExecution', 'that has ended', { params })
  await call('resumeExecution', 'that has ended', { params })
  await call('retryExecution', 'from an unknown step', { params, body: { from_step: 'x' } })
  await call('retryExecution', 'from the last step', { params })
}

async function walkWaits(walk: Walk): Promise<void> {
  const { call, prepare } = walk
  const workflow_id = await publish(walk, { ...waiting, settings: { max_concurrent: 1 } })
  const client = await walk.watch()
  const begun = await call('executeWorkflowAsync', 'one', { body: { workflow_id } })
  const execution_id = begun.json.execution_id as string
  const status = async (id: string) => (await client.getWorkflowExecution({ execution_id: id })).status
  await until(async () => (await status(execution_id)) === 'waiting')
  await call('retryExecution', 'that has not ended', { params: { execution_id } })
  await prepare('executeWorkflowAsync', { body: { workflow_id } })
  await prepare('executeWorkflowAsync', { body: { workflow_id } })
  await call('executeWorkflowAsync', 'one too many', { body: { workflow_id } })
  await call('cancelExecutions', 'those in line', { body: { workflow_id, status: 'queued' } })
  await call('resumeExecution', 'that waits', { params: { execution_id }, body: { data: { a: 1 } } })
}

const triggered = {
  nodes: [
    { id: 'daily', type: 'trigger', config: { type: 'timer', cron: '0 9 * * *' }, next: { default: 'end' } },
    { id: 'hook', type: 'trigger', config: { type: 'webhook', dedupe: 'x-delivery' }, next: { default: 'end' } },
    { id: 'end', type: 'output', config: { output_data: [] } },
  ],
}

async function walkTriggers(walk: Walk): Promise<void> {
  const { call, prepare } = walk
  const client = await walk.watch()
  const workflow_id = await publish(walk, triggered)
  await prepare('goLiveWorkflowVersion', { params: { workflow_id, version: '1' } })
  const { data } = await client.listWorkflowTriggers({ workflow_id })
  const find = (type: string) => data.find((trigger) => trigger.type === type)!
  const tokenOf = (url: unknown) => String(url).split('/').at(-1)!
  const [daily, hook] = [{ trigger_id: find('timer').id }, { trigger_id: find('webhook').id }]
  walk.name(tokenOf(find('webhook').url), '<token>')
  await call('listWorkflowTriggers', 'of what is live', { query: 'live=true' })
  await call('listWorkflowTriggers', 'of a type', { query: 'type=timer&limit=1' })
  await call('getWorkflowTrigger', 'an unknown one', { params: { trigger_id: unknown_id } })
  await call('updateWorkflowTrigger', 'a pause', { params: daily, body: { paused: true } })
  await call('rotateWorkflowTrigger', 'of a schedule', { params: daily })
  const rotated = await call('rotateWorkflowTrigger', 'of a webhook', { params: hook })
  const token = tokenOf(rotated.json.url)
  walk.name(token, '<another token>')
  const request = { params: { token }, body: { order: 1 }, headers: { 'x-delivery': 'd1' } }
  await call('receiveWorkflowHook', 'a request', request)
  await call('receiveWorkflowHook', 'the same again', request)
  await call('receiveWorkflowHook', 'of another type', { ...request, headers: { 'content-type': 'image/png' } })
  await call('receiveWorkflowHook', 'an old URL', { params: { token: tokenOf(find('webhook').url) }, body: {} })
  await call('fireWorkflowTrigger', 'by hand', { params: daily, body: { input_data: { a: 1 } } })
  await call('listWorkflowFires', 'of a webhook', { params: hook })
  await call('listWorkflowFires', 'of an outcome', { params: hook, query: 'outcome=duplicate' })
  await call('getWorkflowTrigger', 'as it is', { params: daily })
  // Two that are queued are the limit, which is refused first.
  await until(async () => (await client.listWorkflowExecutions({ workflow_id, status: ['queued'] })).data.length === 0)
  await prepare('goOfflineWorkflow', { params: { workflow_id } })
  await call('fireWorkflowTrigger', 'that is offline', { params: daily })
}

async function walkExpressions({ call, world: { server } }: Walk): Promise<void> {
  const data = { n1: { body: { city: 'Rome' } } }
  await call('evaluateExpression', 'a value', { body: { expression: 'n1.body', data } })
  await call('evaluateExpression', 'within text', { body: { expression: 'In {{ n1.body.city }}.', data } })
  await call('evaluateExpression', 'that fails', { body: { expression: '{{ $number(n1.body.city) }}', data } })
  await call('evaluateExpression', 'that has a secret', { body: { expression: '{{ secrets.KEY }}' } })
  server.model.answer = () => '```\nn1.body.city\n```'
  await call('generateExpression', 'JSONata', { body: { kind: 'expression', description: 'The city.' } })
  server.model.answer = () => 'every day'
  await call('generateExpression', 'a schedule that is not valid', { body: { kind: 'cron', description: 'Daily.' } })
}
