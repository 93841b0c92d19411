// A text in a filter is a text: whatever it says, it finds no other rows, waits for nothing, and is no fault of the server.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Operation } from '@parley/contract'
import { makeOrganization, makeUser } from '../support/actors.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { filters, queriesOf } from './crafted.ts'

/** In everything that another organization has. */
const canary = 'Canary-of-another-organization'

/** Defines the test of a file: each of these texts in each filter. */
export function testFilters(texts: readonly string[]): void {
  let server: TestServer
  let known: Record<string, string>
  let token: string
  beforeAll(async () => {
    server = await startTestServer()
    const other = await makeOrganization(server, canary)
    const theirs = await publishAgent(other.client, { instructions: canary })
    await other.client.updateAgent({ agent_id: theirs.agent_id, name: canary })
    const about = { channel: 'text' as const, user_id: canary, custom_metadata: { note: canary } }
    await other.client.createConversation({ ...about, agent_id: theirs.agent_id })
    await other.client.createWebWidget({ name: canary, agent_id: theirs.agent_id })
    await other.client.createDataset({ name: canary })
    const { agent_id } = await publishAgent(server.client)
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    const { id: dataset_id } = await server.client.createDataset({ name: 'Own' })
    const { id: web_widget_id } = await server.client.createWebWidget({ name: 'Own', agent_id })
    known = { agent_id, conversation_id: conversation.id, dataset_id, web_widget_id }
    token = (await makeUser(server, server.organization_id)).token
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const addressOf = ({ path }: Operation, query: string) =>
    `${server.url}${path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => known[name] ?? randomUUID())}?${query}`

  async function judge(operation: Operation, query: string): Promise<string | null> {
    const credential = operation.access === 'user' ? token : server.admin_key
    const answer = await fetch(addressOf(operation, query), { headers: { authorization: `Bearer ${credential}` } })
    const text = await answer.text()
    const isFine = answer.status < 500 && !text.includes(canary)
    const isWhole = answer.headers.get('set-cookie') === null && answer.headers.get('x-request-id') !== null
    return isFine && isWhole ? null : `${answer.status}: ${text.slice(0, 200)}`
  }

  test('each filter of each operation', async () => {
    expect(filters.length).toBeGreaterThan(150)
    const rows = 'select (select count(*) from conversations) + (select count(*) from agents) as all'
    const before = await server.database.pool.query(rows)
    const found: string[] = []
    let accepted = 0
    for (const [operation, name] of filters) {
      for (const query of queriesOf(name, texts)) {
        const fault = await judge(operation, query)
        if (fault !== null) found.push(`${operation.id}?${query}: ${fault}`)
        else accepted += 1
      }
    }
    expect(found).toEqual([])
    expect(accepted).toBeGreaterThan(filters.length)
    expect((await server.database.pool.query(rows)).rows).toEqual(before.rows)
    expect(server.log.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })
}
