// Operations of the contract with input that multiplies: each is answered quickly and briefly, never with an internal error.
import { randomUUID } from 'node:crypto'
import { type Operation, operations } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sampleOf } from '../support/sample.ts'
import { listBodies, listHeaders, listQueries, shapes } from './shapes.ts'
import { type Answer, type Request, type SmallNode, startSmallNode } from './small-node.ts'

/** Of a processor: far above any normal answer, and far below that of a defect that multiplies. */
const max_spent_ms = 2000
/** By the clock: the machine may be slow. */
const max_ms = 20_000
const max_refusal_bytes = 65_536
/** What an import reports of its rows, or accepted free JSON. */
const max_answer_bytes = 524_288
const body_bytes = 64_000

/** What is wrong with the answer to a request. */
function judge({ status, bytes, took_ms, spent_ms, text }: Answer): string | null {
  const said = `${status}, ${bytes} bytes, ${Math.round(took_ms)} ms, of a processor ${spent_ms} ms: ${text.slice(0, 200)}`
  const most = status >= 400 ? max_refusal_bytes : max_answer_bytes
  const isFine = status < 500 && bytes <= most && spent_ms < max_spent_ms && took_ms < max_ms
  return isFine ? null : said
}

/** Defines the tests of a file, for a sample of the operations. */
export function testOperations(one_in: number): void {
  let node: SmallNode
  /** Uses existing objects, so that a call gets as far as possible. */
  let known: Record<string, string>
  beforeAll(async () => {
    node = await startSmallNode()
    const { agent_id } = await node.client.createAgent({ name: 'Agent' })
    const { version } = await node.client.createAgentVersion({ agent_id, config: {} })
    await node.client.publishAgentVersion({ agent_id, version: String(version) })
    const draft = await node.client.createAgentVersion({ agent_id, config: {} })
    const { conversation } = await node.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    known = { agent_id, version: String(draft.version), conversation_id: conversation.id }
  })
  afterAll(() => node[Symbol.asyncDispose]())

  function addressOf({ path }: Operation): string {
    return path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => known[name] ?? randomUUID())
  }

  async function send(operation: Operation, request: Partial<Request>): Promise<string | null> {
    const { method } = operation
    const headers = { ...node.credentialsFor(operation), ...request.headers }
    const answer = await node
      .send({ method, path: addressOf(operation), ...request, headers })
      .catch((error: unknown) => {
        throw new Error(`no answer; the node ${node.process.child.signalCode ?? 'runs'}`, { cause: error })
      })
    return judge(answer)
  }

  const all = sampleOf(Object.values<Operation>(operations), one_in)
  const withBody = all.filter(({ access, body, method }) => body || (access === 'public' && method !== 'GET'))
  /** Their streams are not tested here, and have no end. */
  const withoutStream = all.filter(({ answer, success }) => answer?.kind !== 'events' || success.schema)

  describe.each(withBody.map((operation) => [operation.id, operation] as const))('%s: bodies', (_id, operation) => {
    test.each(Object.entries(shapes))('%s', async (_name, shape) => {
      const found: string[] = []
      const headers = { 'idempotency-key': randomUUID() }
      for (const [place, body] of listBodies(operation, shape, body_bytes)) {
        const fault = await send(operation, { body, headers })
        if (fault) found.push(`${place}: ${fault}`)
      }
      expect(found).toEqual([])
    })
  })

  test.each(withoutStream.map((operation) => [operation.id, operation] as const))(
    '%s: queries and headers',
    async (_id, operation) => {
      // An operation that would change something gets a body that is never accepted.
      const body = operation.method === 'GET' ? {} : { body: '[' }
      const found: string[] = []
      for (const [name, query] of listQueries(operation)) {
        const fault = await send(operation, { ...body, path: `${addressOf(operation)}?${query}` })
        if (fault) found.push(`${name}: ${fault}`)
      }
      for (const [name, headers] of listHeaders(operation)) {
        const fault = await send(operation, { ...body, headers })
        if (fault) found.push(`${name}: ${fault}`)
      }
      expect(found).toEqual([])
    },
  )

  test('the node keeps running, and had no internal error', async () => {
    expect(node.process.child.exitCode ?? node.process.child.signalCode).toBeNull()
    expect(await node.client.listAgents({ limit: 1 })).toMatchObject({ data: [expect.anything()] })
    expect(node.process.output).not.toContain('"level":"error"')
  })
}
