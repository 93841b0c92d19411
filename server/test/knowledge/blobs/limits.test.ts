// What an organization may have: sources and bytes.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countBlobs } from '../../blobs/fixture.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { tokenOf } from './fixture.ts'

const file = (name: string) => ({ name, type: 'FILE' as const })

let small: TestServer
beforeAll(async () => {
  small = await startTestServer({ PARLEY_LIMIT_SOURCES: '5', PARLEY_LIMIT_STORED_BYTES_OF_ORGANIZATION: '10' })
})
afterAll(() => small[Symbol.asyncDispose]())

test('sources, also with many at once; a repeated creation is no new one', async () => {
  const items = { id: crypto.randomUUID(), ...file('first') }
  await small.client.createSources({ items })
  const add = () => small.client.createSources({ items: [file('x'), file('y')] })
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, add))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  const full = { status: 409, code: 'too_many_sources' }
  expect(await refusal(add())).toMatchObject(full)
  expect(await refusal(small.client.createSources({ file: new File(['x'], 'x.txt') }))).toMatchObject(full)
  expect(await small.client.createSources({ items })).toMatchObject([{ name: 'first' }])
})

test('bytes', async () => {
  const { data } = await small.client.listSources()
  await small.client.deleteSource({ source_id: data[0]!.id })
  const [source] = await small.client.createSources({ items: file('bytes.txt') })
  const target = { source_id: source!.id, token: tokenOf(source!.presigned_url) }
  await small.client.uploadSource({ ...target, file: new Blob(['123456']) })
  const refused = await refusal(small.client.uploadSource({ ...target, file: new Blob(['12345']) }))
  expect(refused).toMatchObject({ status: 409, code: 'quota_exceeded' })
  await small.client.deleteSource({ source_id: source!.id })
  await expect.poll(async () => (await countBlobs(small)).bytes).toBe(0)
})
