// Whole executions of a real server: steps with peers, connections, prompts and the server's own operations.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeKey } from '../../support/actors.ts'
import { type McpPeer, startMcpPeer, textResult, textTool } from '../../support/mcp-peer.ts'
import { type TestServer, publishAgent, startTestServer } from '../../support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../../support/tool-peer.ts'
import { publishWorkflow } from '../fixture.ts'

const planted = 'planted-secret-value'
let server: TestServer
let peer: ToolPeer
let mcp: McpPeer
let stack: AsyncDisposableStack
beforeAll(async () => {
  stack = new AsyncDisposableStack()
  server = stack.use(await startTestServer(opened_hosts))
  peer = stack.use(await startToolPeer())
  mcp = stack.use(await startMcpPeer('modern'))
  await server.client.setSecret({ name: 'API_KEY', value: planted })
})
afterAll(() => stack.disposeAsync())
beforeEach(() => {
  peer.requests.length = 0
  peer.answer = (_request, response) => answerJson(response, { ok: true })
})

type Step = Record<string, unknown> & { id: string }

/** Each step leads to the next one. */
function chain(...steps: Step[]): { nodes: Step[] } {
  const all: Step[] = [{ id: 'begin', type: 'trigger', config: { type: 'manual' } }, ...steps]
  return {
    nodes: all.map((step, at) => {
      const next = all[at + 1]
      return next && !step['next'] ? { ...step, next: { default: next.id } } : step
    }),
  }
}

const outputOf = (...fields: [name: string, value: unknown][]): Step => ({
  ...{ id: 'end', type: 'output' },
  config: { output_data: fields.map(([name, value]) => ({ name, value })) },
})

async function execute(definition: Record<string, unknown>, input_data: object = {}) {
  const workflow_id = await publishWorkflow(server.client, definition)
  return server.client.executeWorkflow({ workflow_id, input_data: input_data as Record<string, never> })
}

async function untilEnded(execution_id: string) {
  const read = () => server.client.getWorkflowExecution({ execution_id })
  await expect.poll(async () => (await read()).finished_at).not.toBeNull()
  return read()
}

const visitsOf = async (execution_id: string) => (await server.client.listExecutionVisits({ execution_id })).data

test('the example of the specification, with a condition, a secret and a path for failures', async () => {
  peer.answer = ({ url }, response) =>
    url === '/c/ada' ? answerJson(response, { tier: 'gold', key: planted }) : answerJson(response, {}, 404)
  const definition = {
    nodes: [
      { id: 'trigger', type: 'trigger', config: { type: 'post_call' }, next: { default: 'n1' } },
      {
        ...{ id: 'n1', type: 'http', name: 'Lookup contact' },
        config: { url: `${peer.url}/c/{{ trigger.user_id }}`, headers: { 'x-key': '{{ secrets.API_KEY }}' } },
        next: { default: 'n2', error: 'n4' },
      },
      {
        ...{ id: 'n2', type: 'condition', next: { found: 'n3', default: 'n4' } },
        config: { conditions: [{ name: 'found', condition: '{{ n1.status_code = 200 }}' }] },
      },
      {
        ...{ id: 'n3', type: 'output' },
        config: { output_data: [{ name: 'tier', type: 'string', value: '{{ `Lookup contact`.body.tier }}' }] },
      },
      { id: 'n4', type: 'output', config: { output_data: [{ name: 'why', value: '{{ error.code }}' }] } },
    ],
  }
  const found = await execute(definition, { user_id: 'ada' })
  expect(found).toMatchObject({ status: 'success', output: { tier: 'gold' } })
  expect(peer.requests[0]!.headers).toMatchObject({ 'x-key': planted, 'parley-depth': '1' })
  expect(await execute(definition, { user_id: 'bob' })).toMatchObject({ output: { why: null } })
  peer.answer = (_request, response) => response.socket!.destroy()
  expect(await execute(definition, { user_id: 'ada' })).toMatchObject({ output: { why: 'http_failed' } })
  const visits = await visitsOf(found.execution_id)
  expect(visits.map(({ step_id, branch }) => [step_id, branch])).toEqual([
    ['trigger', null],
    ['n1', null],
    ['n2', 'found'],
    ['n3', null],
  ])
  expect(JSON.stringify(visits)).toContain('[secret API_KEY]')
})

test('retries with the same key, as soon as the server allows', async () => {
  peer.answer = (_request, response) => {
    if (peer.requests.length < 3) response.writeHead(503, { 'retry-after': '0' }).end()
    else answerJson(response, 'there')
  }
  const retry = { max_attempts: 3, backoff_seconds: 0.01 }
  const call = { id: 'call', type: 'http', config: { method: 'POST', url: peer.url }, retry }
  const done = await execute(chain(call, outputOf(['body', '{{ call.body }}'])))
  expect(done).toMatchObject({ status: 'success', output: { body: 'there' } })
  expect(new Set(peer.requests.map(({ key }) => key)).size).toBe(1)
  const [, visit] = await visitsOf(done.execution_id)
  expect(visit).toMatchObject({
    effect_sent: true,
    attempts: [{ error: { code: 'http_status' } }, {}, { error: null }],
  })
})

test('a failure without a path for it fails the execution, and names field and reason', async () => {
  const failed = await execute(chain({ id: 'call', type: 'http', name: 'Call', config: { url: 'http://10.0.0.1' } }))
  expect(failed).toMatchObject({
    status: 'failed',
    error: {
      ...{ step_id: 'call', step_name: 'Call', code: 'address_refused' },
      message: '10.0.0.1 is not a public address.',
    },
  })
  const large = await execute(
    chain({
      id: 'code',
      type: 'code',
      config: { code: 'function run() { return "x".repeat(1.04e6) + "yz".repeat(9000) }' },
    }),
  )
  expect(large).toMatchObject({ status: 'failed', error: { code: 'output_too_large' } })
})

test('the outputs of all steps together have a bound', async () => {
  const code = 'function run() { return "x".repeat(1000000) }'
  const steps = Array.from({ length: 5 }, (_, at) => ({ id: `s${at}`, type: 'code', config: { code } }))
  expect(await execute(chain(...steps))).toMatchObject({
    status: 'failed',
    error: { step_id: 's4', code: 'context_too_large' },
  })
})

test('code sees what came before it, and its logs are kept', async () => {
  const code = {
    id: 'code',
    type: 'code',
    config: { code: 'function run(ctx) { console.log("hi"); return ctx.begin.n * 2 }' },
  }
  const done = await execute(chain(code, outputOf(['n', '{{ code }}'])), { n: 21 })
  expect(done).toMatchObject({ output: { n: 42 } })
  expect((await visitsOf(done.execution_id))[1]).toMatchObject({ logs: 'hi' })
})

test('a prompt is answered by the model, and counted', async () => {
  server.model.answer = ({ messages }) => (messages[1]!.content.includes('Ada') ? 'yes' : 'no')
  const definition = chain(
    {
      ...{ id: 'choose', type: 'condition', next: { yes: 'end', default: 'end' } },
      config: { conditions: [{ name: 'yes', condition: '${ Is {{ begin.name }} Ada? }' }] },
    },
    outputOf(['chosen', '{{ choose }}'], ['text', 'It says: ${ {{ begin.name }} }']),
  )
  const done = await execute(definition, { name: 'Ada' })
  expect(done).toMatchObject({ output: { chosen: 'yes', text: 'It says: yes' } })
  const [, choose, end] = await visitsOf(done.execution_id)
  expect(choose).toMatchObject({ branch: 'yes', input_tokens: 11, output_tokens: 7 })
  expect(end).toMatchObject({ input_tokens: 11, output_tokens: 7 })
})

test('mocks, skipped waits and an early end of a test', async () => {
  const definition = chain(
    { id: 'call', type: 'http', config: { method: 'POST', url: peer.url } },
    { id: 'pause', type: 'wait', config: { duration: 3, unit: 'days' } },
    outputOf(['body', '{{ call.body }}']),
  )
  const workflow_id = await publishWorkflow(server.client, definition)
  const mocks = { call: { output: { status_code: 200, body: 'mocked' } } }
  expect(await server.client.executeWorkflow({ workflow_id, test: { mocks, skip_waits: true } })).toMatchObject({
    output: { body: 'mocked' },
  })
  expect(await server.client.executeWorkflow({ workflow_id, test: { mocks, stop_after: 'call' } })).toMatchObject({
    output: { body: 'mocked' },
  })
  expect(peer.requests).toEqual([])
})

describe('connections', () => {
  test('of an API and of an MCP server are called by name and by id', async () => {
    const operations = [
      { name: 'find', path: '/contacts/{id}', parameters: { properties: { id: { type: 'string' } } } },
    ]
    const auth = { type: 'bearer', token: '{{ secrets.API_KEY }}' } as const
    const api = await server.client.createWorkflowConnection({
      name: 'CRM',
      kind: 'http',
      url: peer.url,
      auth,
      operations,
    })
    await server.client.createWorkflowConnection({ name: 'Tools', kind: 'mcp', url: mcp.url })
    mcp.answer = ({ arguments: given }) => textResult(`made ${String(given['what'])} with ${planted}`)
    const done = await execute(
      chain(
        { id: 'find', type: 'app', config: { connection: api.id, tool: 'find', arguments: { id: '{{ begin.id }}' } } },
        { id: 'order', type: 'app', config: { connection: 'Tools', tool: 'order', arguments: { what: 'tea' } } },
        outputOf(['found', '{{ find }}'], ['made', '{{ order }}']),
      ),
      { id: 'a b' },
    )
    expect(done).toMatchObject({ output: { found: { ok: true }, made: 'made tea with [secret API_KEY]' } })
    expect(peer.requests).toMatchObject([{ url: '/contacts/a%20b', headers: { authorization: `Bearer ${planted}` } }])
  })

  test('tell their tools', async () => {
    const operations = [{ name: 'find', path: '/x' }, { name: 'add', path: '/x', method: 'POST' } as const]
    const api = await server.client.createWorkflowConnection({
      ...{ name: 'API', kind: 'http', url: peer.url, operations, allowed_tools: ['find'] },
    })
    expect((await server.client.listWorkflowConnectionTools({ connection_id: api.id })).data).toMatchObject([
      { name: 'find', idempotent: true, allowed: true },
      { name: 'add', idempotent: false, allowed: false },
    ])
    mcp.tools = [textTool('order'), textTool('look', { annotations: { readOnlyHint: true } })]
    const tools = await server.client.createWorkflowConnection({
      ...{ name: 'MCP', kind: 'mcp', url: mcp.url, allowed_tools: ['look'] },
    })
    expect((await server.client.listWorkflowConnectionTools({ connection_id: tools.id })).data).toMatchObject([
      { name: 'order', idempotent: false, allowed: false },
      { name: 'look', idempotent: true, allowed: true },
    ])
    const { data } = await server.client.listWorkflowConnectionTools({ connection_id: 'parley' })
    expect(data.map(({ name }) => name)).toContain('executeWorkflowAsync')
    const away = await server.client.createWorkflowConnection({ name: 'Away', kind: 'mcp', url: 'http://10.0.0.1/mcp' })
    await expect(server.client.listWorkflowConnectionTools({ connection_id: away.id })).rejects.toMatchObject({
      status: 502,
      code: 'connection_failed',
    })
  })
})

describe('the connection parley', () => {
  const call = (id: string, tool: string, given: object): Step => ({
    ...{ id, type: 'app' },
    config: { connection: 'parley', tool, arguments: given },
  })

  test('creates, reads, changes and ends a conversation, each once', async () => {
    const { agent_id } = await publishAgent(server.client, {})
    server.model.answer = () => 'Hello from the agent.'
    const conversation_id = '{{ create.conversation.id }}'
    const done = await execute(
      chain(
        call('create', 'createConversation', { channel: 'text', user_id: '{{ begin.user }}', agent_id }),
        call('send', 'sendConversationMessage', { conversation_id, text: 'Hi' }),
        call('change', 'updateConversation', { conversation_id, custom_metadata: { by: 'workflow' } }),
        call('end', 'endConversation', { conversation_id, prefer: 'wait=0' }),
        call('read', 'getConversation', { conversation_id }),
        {
          ...outputOf(['status', '{{ read.status }}'], ['id', conversation_id], ['reply', '{{ send.reply }}']),
          id: 'out',
        },
      ),
      { user: 'ada' },
    )
    expect(done).toMatchObject({ output: { status: 'completed', reply: 'Hello from the agent.' } })
    const { output } = done as { output: { id: string } }
    const conversation = await server.client.getConversation({ conversation_id: output.id })
    expect(conversation).toMatchObject({ user_id: 'ada', custom_metadata: { by: 'workflow' } })
  })

  test('starts another workflow, one level deeper, up to the bound', async () => {
    const inner = await publishWorkflow(server.client, chain(outputOf(['got', '{{ begin.n }}'])))
    const done = await execute(
      chain(
        call('start', 'executeWorkflowAsync', { workflow_id: inner, input_data: { n: '{{ begin.n }}' } }),
        outputOf(['id', '{{ start.execution_id }}']),
      ),
      { n: 7 },
    )
    const { output } = done as unknown as { output: { id: string } }
    expect(await untilEnded(output.id)).toMatchObject({ status: 'success', output: { got: 7 } })
    const { rows } = await server.database.pool.query('select depth from workflow_executions where id = $1', [
      output.id,
    ])
    expect(rows).toEqual([{ depth: 1 }])
  })

  test('needs the scopes of its publisher, and checks arguments', async () => {
    const definition = chain(call('read', 'getConversation', { conversation_id: 'x', items_from: -1 }))
    expect(await execute(definition)).toMatchObject({
      error: {
        code: 'app_failed',
        message: expect.stringMatching(/^The arguments are not valid: items_from /) as string,
      },
    })
    const { id: workflow_id } = await server.client.createWorkflow({ name: 'Reads', definition })
    const weak = server.as({ token: await makeKey(server, { only: ['workflows:manage'] }) })
    await expect(weak.publishWorkflowVersion({ workflow_id, version: '1' })).rejects.toMatchObject({ status: 403 })
  })
})

test('W10: a cancelled execution sends nothing more, and what is under way is aborted', async () => {
  const { hangUps } = peer
  peer.answer = () => {}
  const call = (id: string) => ({ id, type: 'http', config: { method: 'POST', url: peer.url } })
  const workflow_id = await publishWorkflow(server.client, chain(call('one'), call('two')))
  const { execution_id } = await server.client.executeWorkflowAsync({ workflow_id })
  await expect.poll(() => peer.requests.length).toBe(1)
  expect(await server.client.cancelExecution({ execution_id })).toMatchObject({ status: 'cancelled' })
  await expect.poll(() => peer.hangUps).toBe(hangUps + 1)
  expect((await visitsOf(execution_id)).map(({ step_id, status }) => [step_id, status])).toEqual([
    ['begin', 'success'],
    ['one', 'cancelled'],
  ])
  expect(peer.requests).toHaveLength(1)
})

test('an execution whose time is over ends, whatever its step waits for', async () => {
  peer.answer = () => {}
  const definition = chain({ id: 'call', type: 'http', config: { url: peer.url } })
  const failed = await execute({ ...definition, settings: { timeout_seconds: 1 } })
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'timed_out', step_id: 'call' } })
})

test('a loop with a bound runs that often', async () => {
  const definition = chain(
    {
      ...{ id: 'count', type: 'code', max_visits: 3, next: { default: 'count', error: 'end' } },
      config: { code: 'function run(ctx) { return (ctx.count ?? 0) + 1 }' },
    },
    outputOf(['code', '{{ error.code }}']),
  )
  expect(await execute(definition)).toMatchObject({ status: 'success', output: { code: 'loop_limit' } })
})

test('a bad expression, bad code and a secret in the wrong place are told before anything is stored', async () => {
  const definition = chain(
    { id: 'code', type: 'code', config: { code: 'function run( {' } },
    outputOf(['a', '{{ 1 + }}'], ['b', '{{ secrets.API_KEY }}'], ['c', '{{ $map([1], function($v) { $v ) }}']),
  )
  const { problems } = await server.client.checkWorkflow({ definition })
  expect(problems.map(({ path, code }) => [path, code])).toEqual([
    ['definition.nodes.1.config.code', 'code'],
    ['definition.nodes.2.config.output_data.0.value', 'expression'],
    ['definition.nodes.2.config.output_data.1.value', 'expression'],
    ['definition.nodes.2.config.output_data.2.value', 'expression'],
  ])
})

test('expressions can be tried, and written by the model', async () => {
  const { client } = server
  expect(await client.evaluateExpression({ expression: '$sum(n1)', data: { n1: [1, 2] } })).toEqual({ value: 3 })
  expect(await client.evaluateExpression({ expression: 'n is {{ n }}', data: { n: 1 } })).toEqual({ value: 'n is 1' })
  expect(await client.evaluateExpression({ expression: '${x}' })).toEqual({
    error: { code: 'expression_failed', message: 'A preview asks no model.' },
  })
  server.model.answer = () => '`{{ $sum(n1) }}`'
  expect(await client.generateExpression({ description: 'the sum', kind: 'expression' })).toEqual({
    ...{ text: '$sum(n1)', problems: [] },
  })
  server.model.answer = () => 'each monday'
  expect(await client.generateExpression({ description: 'mondays', kind: 'cron' })).toMatchObject({
    ...{ text: 'each monday', problems: [{ path: 'text' }] },
  })
})

test('the planted secret is nowhere in the database or the log', async () => {
  const tables = ['workflow_executions', 'workflow_visits', 'workflow_execution_events', 'idempotency_keys']
  for (const table of tables) {
    const { rows } = await server.database.pool.query(
      `select count(*)::integer as count from ${table} t where t::text like $1`,
      [`%${planted}%`],
    )
    expect(rows, table).toEqual([{ count: 0 }])
  }
  expect(server.log.join('\n')).not.toContain(planted)
})
