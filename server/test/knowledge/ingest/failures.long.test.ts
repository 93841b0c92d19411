// The slow ones: what ends a try, when there is another, and what ends all of them; what is served stays meanwhile.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type EmbeddingServer, startEmbeddingServer } from '../../support/embedding-server.ts'
import { eventually } from '../../support/eventually.ts'
import { type Library, atRest, holdTries, pauseAt, soon, startLibrary, textOf } from './fixture.ts'

let embedding: EmbeddingServer
let library: Library & AsyncDisposable
let pause = pauseAt('none')
beforeAll(async () => {
  embedding = await startEmbeddingServer()
  const environment = { ...embedding.environment, PARLEY_LIMIT_CHUNKS_OF_SOURCE: '60' }
  library = await startLibrary(environment, { ports: { reached: (at) => pause.reached(at) } })
  await holdTries(library)
})
afterAll(async () => {
  await library[Symbol.asyncDispose]()
  await embedding[Symbol.asyncDispose]()
})
beforeEach(() => {
  embedding.trouble = null
})

test('while the database lacks extensions, builds wait and use up no try', async () => {
  await using lacking = await startLibrary()
  const { database } = lacking.server
  await lacking.settled(await lacking.attach(await lacking.newDataset(), await lacking.newFile(textOf(2))))
  const [source] = await lacking.rows<{ text: string }>(
    `select pg_get_functiondef('prepare_knowledge'::regproc) as text`,
  )
  await database.pool.query(
    `create or replace function prepare_knowledge() returns boolean language sql as 'select false'`,
  )
  // As if it had been asked for before, and found by a node that starts.
  await lacking.rows(`update dataset_sources set wish = wish + 1, status = 'pending', tries = 0`)
  await lacking.server.restart()
  await lacking.rows(
    `insert into work_arrivals (kind, owner, subject, organization_id, due_at)
     select 'build_generation', dataset_id, id, organization_id, now() from dataset_sources`,
  )
  const readWork = () =>
    lacking.rows(`select tries, lease, due_at > now() as waits from work where kind = 'build_generation' and not ready`)
  for (let looks = 0; looks < 3; looks += 1) {
    await expect.poll(readWork, soon).toEqual([{ tries: 0, lease: null, waits: true }])
    expect(await lacking.rows('select status, tries from dataset_sources')).toEqual([{ status: 'pending', tries: 0 }])
    await lacking.hurry()
  }
  await database.pool.query(source!.text)
  await expect
    .poll(async () => {
      await lacking.hurry()
      return (await lacking.rows('select status, tries from dataset_sources'))[0]
    }, soon)
    .toEqual({ status: 'ready', tries: 1 })
})

test('what may pass is tried six times while nothing succeeds; the next try is shown; a re-run starts again', async () => {
  const dataset_id = await library.newDataset()
  const attached = await library.settled(await library.attach(dataset_id, await library.newFile(textOf(2, 'six'))))
  embedding.trouble = { status: 503 }
  await library.replaceFile(attached.source_id, textOf(40, 'seven'))
  const waits: number[] = []
  for (let tries = 1; tries <= 5; tries += 1) {
    await eventually(async () => {
      const waiting = await library.find(attached)
      expect(waiting).toMatchObject({ status: 'embedding', tries, serving: true, total_chunks: 40 })
      expect(waiting.next_try_at).not.toBeNull()
    })
    const { next_try_at } = await library.find(attached)
    waits.push((Date.parse(next_try_at!) - Date.now()) / 1000)
    expect((await library.textsOf(attached)).join('')).toContain('six 0')
    await library.hurry()
  }
  const failed = await library.settled(attached)
  expect(failed).toMatchObject({
    status: 'failed',
    tries: 6,
    serving: true,
    status_reason: { code: 'embedding_failed' },
  })
  for (const [index, seconds] of [5, 30, 120, 600, 3600].entries()) {
    expect(waits[index]).toBeGreaterThan(seconds * 0.9 - 5)
    expect(waits[index]).toBeLessThan(seconds * 1.1 + 1)
  }
  embedding.trouble = null
  await library.server.client.reprocessDatasetSource({ dataset_id, dataset_source_id: attached.id })
  expect(await library.settled(attached)).toMatchObject({ status: 'ready', tries: 1, total_chunks: 40 })
  await atRest(library)
})

test('a node that stops gives its work back at once, and the try does not count', async () => {
  await using stopping = await startLibrary({ ...embedding.environment, PARLEY_DRAIN_SECONDS: '0' })
  embedding.trouble = 'silent'
  const attached = await stopping.attach(await stopping.newDataset(), await stopping.newFile(textOf(2, 'stopped')))
  const asked = () => embedding.calls.filter(({ input }) => input.some((text) => text.startsWith('stopped'))).length
  await expect.poll(asked, soon).toBe(1)
  await stopping.server.restart()
  await expect.poll(asked, soon).toBe(2)
  expect(await stopping.find(attached)).toMatchObject({ status: 'embedding', tries: 1 })
  embedding.trouble = null
  await stopping.server.restart()
  expect(await stopping.settled(attached)).toMatchObject({ status: 'ready', tries: 1 })
})

test('an organization has so many chunks at most, also when builds begin at the same time', async () => {
  await using limited = await startLibrary({ PARLEY_LIMIT_CHUNKS_OF_ORGANIZATION: '25' })
  const dataset_id = await limited.newDataset()
  const files = await Promise.all(Array.from({ length: 4 }, (_, index) => limited.newFile(textOf(10, `file ${index}`))))
  const attached = await Promise.all(files.map((id) => limited.attach(dataset_id, id)))
  const settled = await Promise.all(attached.map((one) => limited.settled(one)))
  expect(settled.filter(({ status }) => status === 'ready')).toHaveLength(2)
  const failed = settled.filter(({ status }) => status === 'failed')
  expect(failed).toMatchObject([
    { status_reason: { code: 'quota_exceeded' } },
    { status_reason: { code: 'quota_exceeded' } },
  ])
  // What is replaced does not count twice.
  const ready = settled.find(({ status }) => status === 'ready')!
  await limited.replaceFile(ready.source_id, textOf(15, 'longer'))
  expect(await limited.settled(ready)).toMatchObject({ status: 'ready', total_chunks: 15 })
})
