// A passage that a citation names can be read for as long as its source is attached.
import { randomUUID } from 'node:crypto'
import { sql } from '../../support/sql.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKey, makeOrganization } from '../../support/actors.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { insertChunk } from './rows.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const text = 'Refunds take 14 days.'
const statusOf = async (chunk_id: string, client = server.client) =>
  (await refusal(client.getChunk({ chunk_id }))).status

test('getChunk answers a chunk with the names of where it is from', async () => {
  const { chunk_id, dataset_id, source_id, dataset_source_id } = await insertChunk(server, text)
  expect(await server.client.getChunk({ chunk_id })).toEqual({
    ...{ id: chunk_id, dataset_id, source_id, dataset_source_id },
    ...{ position: 0, content: text, heading_path: ['Refunds'], page: 3, url: null, characters: text.length },
    ...{ source_name: 'returns.pdf', dataset_name: 'Shop', serving: true },
  })
})

test('a replaced chunk can be read and says so; one that is being made cannot', async () => {
  const { chunk_id, generation_id, dataset_source_id } = await insertChunk(server, text)
  const setState = (state: string) =>
    server.database.execute(sql`update generations set state = ${state} where id = ${generation_id}`)
  await server.database.execute(
    sql`update dataset_sources set serving_generation = null where id = ${dataset_source_id}`,
  )
  await setState('replaced')
  expect(await server.client.getChunk({ chunk_id })).toMatchObject({ content: text, serving: false })
  for (const state of ['building', 'gone']) {
    await setState(state)
    expect(await statusOf(chunk_id)).toBe(404)
  }
})

test.each([
  ['detached', 'dataset_sources', 'dataset_source_id'],
  ['of a deleted source', 'sources', 'source_id'],
  ['of a deleted dataset', 'datasets', 'dataset_id'],
] as const)('a chunk %s cannot be read, also before it is erased', async (_what, table, key) => {
  const rows = await insertChunk(server, text)
  await server.database.execute(sql`delete from ${sql.ref(table)} where id = ${rows[key]}`)
  const [left] = await server.database.execute<{ count: number }>(
    sql`select count(*)::int as count from chunks where id = ${rows.chunk_id}`,
  )
  expect(left).toEqual({ count: 1 })
  expect(await statusOf(rows.chunk_id)).toBe(404)
})

test('nor can one of another organization, an unknown one, or one by a malformed id', async () => {
  const { chunk_id } = await insertChunk(server, text)
  const other = server.as({ token: (await makeOrganization(server)).key })
  expect(await statusOf(chunk_id, other)).toBe(404)
  expect(await statusOf(randomUUID())).toBe(404)
  expect(await statusOf("x' or true")).toBe(404)
  const reader = server.as({ token: await makeKey(server, { only: ['sources:read'] }) })
  expect(await reader.getChunk({ chunk_id })).toMatchObject({ content: text })
})
