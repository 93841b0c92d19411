// The stream of a dataset's progress: what it begins with, what follows, how often, and when it ends.
import type { DatasetSource } from '@parley/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { refusal } from '../../support/server.ts'
import { type Library, startLibrary, textOf } from './fixture.ts'

let library: Library & AsyncDisposable
beforeAll(async () => {
  library = await startLibrary({ PARLEY_LIMIT_EVENT_STREAMS_OF_CREDENTIAL: '2' })
})
afterAll(() => library[Symbol.asyncDispose]())

interface Told {
  event: string
  data: DatasetSource & { attachments: DatasetSource[]; is_complete: boolean }
}

async function follow(dataset_id: string) {
  const { url, admin_key } = library.server
  const gone = new AbortController()
  const response = await fetch(`${url}/knowledge-base/datasets/${dataset_id}/progress`, {
    headers: { authorization: `Bearer ${admin_key}`, accept: 'text/event-stream' },
    signal: gone.signal,
  })
  const told: Told[] = []
  const state = { isOver: false, status: response.status, retries: 0 }
  const read = async () => {
    let text = ''
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece
      const blocks = text.split('\n\n')
      text = blocks.pop()!
      for (const block of blocks) {
        const [, event] = /^event: (.*)$/m.exec(block) ?? []
        const [, data] = /^data: (.*)$/m.exec(block) ?? []
        if (event && data) told.push({ event, data: JSON.parse(data) as Told['data'] })
        if (block.startsWith('retry:')) state.retries += 1
      }
    }
    state.isOver = true
  }
  read().catch(() => (state.isOver = true))
  return { told, state, [Symbol.dispose]: () => gone.abort() }
}

test('first what there is, then each attachment that has changed, at most once a second', async () => {
  const dataset_id = await library.newDataset()
  const there = await library.settled(await library.attach(dataset_id, await library.newFile(textOf(2))))
  using stream = await follow(dataset_id)
  await eventually(() => expect(stream.told).toHaveLength(1))
  expect(stream.told[0]).toEqual({ event: 'snapshot', data: { attachments: [there], is_complete: true } })

  const began = performance.now()
  const added = await library.attach(dataset_id, await library.newFile(textOf(450)))
  await eventually(() => expect(stream.told.at(-1)!.data).toMatchObject({ id: added.id, status: 'ready' }))
  const seconds = (performance.now() - began) / 1000
  const told = stream.told.slice(1)
  expect(told.map(({ event, data }) => `${event} ${data.id}`)).toEqual(told.map(() => `attachment ${added.id}`))
  expect(told.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1)
  expect(told.at(-1)!.data).toEqual(await library.find(added))
})

test('it skips none of those that changed at the same moment, however many', async () => {
  const dataset_id = await library.newDataset()
  using stream = await follow(dataset_id)
  await eventually(() => expect(stream.told).toHaveLength(1))
  // As the pages of a crawl are attached: in one commit, at one time. A look reads 500 at once.
  const added = await library.rows<{ id: string }>(
    `with pages as (
       insert into sources (id, organization_id, type, name, upload_status)
       select gen_random_uuid(), $1, 'FILE', 'page ' || n || '.txt', 'PENDING' from generate_series(1, 1001) n returning id
     )
     insert into dataset_sources (id, organization_id, dataset_id, source_id)
     select gen_random_uuid(), $1, $2, id from pages returning id`,
    [library.server.organization_id, dataset_id],
  )
  await eventually(() => expect(stream.told.length).toBeGreaterThan(added.length))
  const ids = stream.told.slice(1).map(({ data }) => data.id)
  expect(ids.toSorted()).toEqual(added.map(({ id }) => id).toSorted())
})

test('it tells what is detached, whether the stream began with it or saw it come', async () => {
  const dataset_id = await library.newDataset()
  const source_id = await library.newFile(textOf(1))
  const there = await library.settled(await library.attach(dataset_id, source_id))
  using stream = await follow(dataset_id)
  await eventually(() => expect(stream.told).toHaveLength(1))
  const detach = ({ id }: DatasetSource) => library.server.client.detachSource({ dataset_id, dataset_source_id: id })
  await detach(there)
  await eventually(() => expect(stream.told.at(-1)).toEqual({ event: 'detached', data: { id: there.id } }))
  const again = await library.attach(dataset_id, source_id)
  await eventually(() => expect(stream.told.at(-1)!.data.id).toBe(again.id))
  await detach(again)
  await eventually(() => expect(stream.told.at(-1)).toEqual({ event: 'detached', data: { id: again.id } }))
  expect(stream.told.filter(({ event }) => event === 'detached')).toHaveLength(2)
})

test('it counts as an event stream, and is no longer there with its dataset', async () => {
  const dataset_id = await library.newDataset()
  using one = await follow(dataset_id)
  using two = await follow(dataset_id)
  expect([one.state.status, two.state.status]).toEqual([200, 200])
  using three = await follow(dataset_id)
  expect(three.state.status).toBe(429)
  const attached = await library.attach(dataset_id, await library.newFile(textOf(1)))
  await library.settled(attached)
  await library.server.client.deleteDataset({ dataset_id })
  await eventually(() => expect([one.state.isOver, two.state.isOver]).toEqual([true, true]))
  expect(await refusal(library.server.client.getDataset({ dataset_id }))).toMatchObject({ status: 404 })
})
