// Bodies that are small to send but would have huge answers: they are refused briefly, and the node keeps running.
import { randomUUID } from 'node:crypto'
import { type Operation, operations } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type SmallNode, startSmallNode } from './small-node.ts'

let node: SmallNode
beforeAll(async () => void (node = await startSmallNode()))
afterAll(() => node[Symbol.asyncDispose]())

const max_answer_bytes = 65_536
const long_key = 'k'.repeat(400_000)
const listOf = (count: number, json: string) => `[${Array.from({ length: count }, () => json).join()}]`
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const nul = String.raw`"\u0000"`

interface Refusal extends Answer {
  errors: { path: string; message: string }[]
}

function call(operation: Operation, body: string, headers: Record<string, string> = {}) {
  const path = operation.path.replaceAll(/\{\w+\}/g, randomUUID())
  return node.send({ method: operation.method, path, body, headers: { ...node.credentialsFor(operation), ...headers } })
}

/** Quickly, with a small answer. */
async function refuse(operation: Operation, body: string, headers?: Record<string, string>): Promise<Refusal> {
  const answer = await call(operation, body, headers)
  expect(answer.status, answer.text.slice(0, 500)).toBe(422)
  expect(answer.bytes).toBeLessThan(max_answer_bytes)
  expect(answer.spent_ms).toBeLessThan(2000)
  expect(answer.took_ms).toBeLessThan(20_000)
  return { ...answer, ...(JSON.parse(answer.text) as { errors: Refusal['errors'] }) }
}

describe('one long key over many texts that cannot be stored', () => {
  const texts = listOf(68_000, nul)

  test('in an undeclared field, without a credential', async () => {
    expect((await call(operations.signIn, `{"${long_key}":${texts}}`)).status).toBe(413)
    const { errors } = await refuse(operations.enterWebWidget, `{"embed_token":1,"${long_key}":${texts}}`)
    expect(errors.map(({ path }) => path)).toEqual(['embed_token'])
  })

  test('in a declared field', async () => {
    const { errors } = await refuse(operations.createAgent, `{"name":"A","metadata":{"${long_key}":${texts}}}`)
    expect(errors).toHaveLength(100)
    expect(errors[1]).toEqual({ path: `metadata.${'k'.repeat(64)}….1`, message: 'contains a NUL character' })
  })

  test('in a configuration whose texts are invalid templates', async () => {
    const body = `{"${'k'.repeat(100_000)}":${listOf(300, '"{{"')}}`
    const action = `{"type":"http","method":"POST","url":"https://a.test","body":${body}}`
    const tool = `{"name":"t","description":"d","actions":[${action}]}`
    const answer = await call(operations.checkAgent, `{"name":"A","config":{"tools":[${tool}]}}`)
    const { errors } = JSON.parse(answer.text) as Refusal
    expect(errors).toHaveLength(100)
    expect(errors[0]!.path).toMatch(/^config\.tools\.0\.actions\.0\.body\.k{64}…\.\d+$/)
    expect(answer.bytes).toBeLessThan(max_answer_bytes)
  })

  test('in a row of an import, beside valid rows', async () => {
    const row = { channel: 'text', status: 'completed', user_id: 'u', created_at: '2026-01-01T00:00:00Z' }
    const right = JSON.stringify({ ...row, id: randomUUID() })
    const wrong = JSON.stringify({ ...row, id: randomUUID() }).slice(0, -1)
    const rows = `[${right},${wrong},"custom_metadata":{"${long_key}":${texts}}}]`
    const answer = await call(operations.importConversations, `{"conversations":${rows}}`)
    const { created, errors } = JSON.parse(answer.text) as { created: number; errors: unknown[] }
    expect([answer.status, created, errors.length]).toEqual([200, 1, 100])
    expect(answer.bytes).toBeLessThan(max_answer_bytes)
  })
})

test('half a million entries of the wrong type are checked no further than they are reported', async () => {
  const { errors } = await refuse(operations.createOrganizationKey, `{"name":"A","scopes":${listOf(500_000, '1')}}`)
  expect(errors).toHaveLength(100)
})

test('an import whose rows have many faults each reports every row', async () => {
  const items = listOf(150, '{}')
  const rows = listOf(500, `{"conversation":{"items":${items}}}`)
  const answer = await call(operations.importConversations, `{"conversations":${rows}}`)
  const { errors } = JSON.parse(answer.text) as { errors: { index: number }[] }
  expect(new Set(errors.map(({ index }) => index)).size).toBe(500)
  expect(answer.bytes).toBeLessThan(6 * max_answer_bytes)
})

describe('nesting', () => {
  test.each([200, 3000, 400_000])('an import that is nested %i deep, with a key, is refused', async (depth) => {
    const body = `{"conversations":[{"custom_metadata":{"a":${nested(depth)}}}]}`
    const answer = await call(operations.importConversations, body, { 'idempotency-key': randomUUID() })
    expect(answer.text).toContain('is nested more than 64 levels deep')
    // One row of many; or, beyond the limit of the whole, all of them.
    expect(answer.status).toBe(depth < 256 ? 200 : 422)
  })

  /** For a visitor the web widget is looked up first, and the answer says only that it is unknown. */
  const isByVisitor = (access: Operation['access']) =>
    typeof access === 'object' && 'by' in access && access.by === 'visitor'
  const withKey = Object.values<Operation>(operations).filter(
    ({ headers, access }) => headers?.properties['idempotency_key'] && access !== 'public' && !isByVisitor(access),
  )
  test.each(withKey.map(({ id }) => id))('%s with a key and an undeclared field, nested very deep', async (id) => {
    const operation = operations[id as keyof typeof operations] as Operation
    const answer = await call(operation, `{"unknown":${nested(400_000)}}`, { 'idempotency-key': randomUUID() })
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('is nested more than 64 levels deep')])
  })

  test('brackets in a text do not count as nesting', async () => {
    const name = JSON.stringify(`${'\\"[{'.repeat(40)}\\`)
    const answer = await call(operations.createAgent, `{"name":${name},"description":"${'['.repeat(1000)}"}`)
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining(name)])
  })
})

describe('numbers that would be stored as null', () => {
  test.each([
    ['1e400', 'metadata.a.1'],
    ['-1e400', 'metadata.a.1'],
    [`1${'0'.repeat(400)}`, 'metadata.a.1'],
  ])('%s', async (number, path) => {
    const { errors } = await refuse(operations.createAgent, `{"name":"A","metadata":{"a":[1,${number}]}}`)
    expect(errors).toEqual([{ path, message: expect.stringContaining('is a number beyond') as string }])
  })

  test('in a configuration, and in a filter', async () => {
    const { errors } = await refuse(
      operations.createConversation,
      '{"channel":"text","user_id":"u","agent_config":{"a":1e400}}',
    )
    expect(errors).toContainEqual(expect.objectContaining({ path: 'agent_config.a' }))
    const path = `/core/conversations?custom_metadata=${encodeURIComponent('{"a":1e400}')}`
    const headers = node.credentialsFor(operations.listConversations)
    expect((await node.send({ method: 'GET', path, headers })).status).toBe(422)
  })
})

test('the node keeps running', async () => {
  expect((await node.client.listAgents()).data.length).toBeGreaterThan(0)
  expect(node.process.child.exitCode).toBeNull()
})
