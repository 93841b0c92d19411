// What happens at the same time as a conversion or a build: the later revision wins, delete and detach win over a build, and searches
// see the old content whole or the new one whole.
import type { DatasetSource } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { type Library, atRest, pauseAt, piecesOf, small, soon, startLibrary, textOf } from './fixture.ts'

export type Point =
  | 'knowledge.converting'
  | 'knowledge.chunked'
  | 'knowledge.embedding'
  | 'knowledge.switching'
  | 'knowledge.switched'

let pause = pauseAt('none')
let library: Library & AsyncDisposable

/** Defines the tests of a file. */
export function testRaces(
  points: readonly Point[],
  deaths: readonly Point[],
  which: (title: string) => boolean = () => true,
): void {
  beforeAll(async () => {
    library = await startLibrary({}, { ports: { reached: (at) => pause.reached(at) } })
  })
  afterAll(() => library[Symbol.asyncDispose]())

  describe.each(points)('a build waits at %s', (point) => {
    test.each(Object.entries(races).filter(([title]) => which(title)))('%s', (_title, race) => race(point))
  })
  test('an attachment that comes while its source is converted is built, too', attachWhileConverted)
  test.each(deaths)('a node dies at %s: another one finishes what it has begun', dieAt)
  test('a worker that has lost its lease cannot write: another node has done the work', loseLease)
}

/** Only a file that is sent is converted by a process of its own. */
const replace = (point: Point, source_id: string, text: string) =>
  point === 'knowledge.converting' ? library.replaceUpload(source_id, text) : library.replaceFile(source_id, text)

/** Something happens while a build of the second content waits at the point. */
async function during(
  point: Point,
  act: (attached: DatasetSource) => Promise<unknown>,
  check: (attached: DatasetSource) => Promise<void>,
) {
  const dataset_id = await library.newDataset()
  const attached = await library.settled(await library.attach(dataset_id, await library.newFile(textOf(3, 'one'))))
  pause = pauseAt(point)
  await replace(point, attached.source_id, textOf(250, 'two'))
  await pause.arrived
  expect(await library.textsOf(attached)).toEqual(piecesOf(3, 'one'))
  expect(await library.find(attached)).toMatchObject({ serving: true })
  await act(attached)
  pause.release()
  await atRest(library)
  // Neither a file nor a text that nothing refers to.
  await expect.poll(() => library.rows('select id from blobs where uses = 0'), soon).toEqual([])
  await check(attached)
}

const leftOf = ({ id }: DatasetSource) => library.rows('select id from generations where dataset_source_id = $1', [id])

const races: Record<string, (point: Point) => Promise<void>> = {
  async 'another file: its build serves, the earlier one never did'(point) {
    await during(
      point,
      (attached) => replace(point, attached.source_id, textOf(5, 'three')),
      async (attached) => {
        expect(await library.find(attached)).toMatchObject({
          status: 'ready',
          total_chunks: 5,
          sources: { revision: 3 },
        })
        expect(await library.textsOf(attached)).toEqual(piecesOf(5, 'three'))
        const told = await library.rows(
          `select data ->> 'revision' as revision from organization_events
           where type = 'dataset_source.ready' and subject = $1 order by place`,
          [attached.id],
        )
        expect(told).toEqual([{ revision: '1' }, { revision: '3' }])
      },
    )
  },

  async 'another strategy: only a build with it serves'(point) {
    await during(
      point,
      async (attached) => {
        const path = { dataset_id: attached.dataset_id, dataset_source_id: attached.id }
        await library.server.client.updateDatasetSource({ ...path, chunking_strategy: { ...small, chunk_size: 5000 } })
      },
      async (attached) => {
        expect(await library.find(attached)).toMatchObject({ status: 'ready', total_chunks: 5 })
      },
    )
  },

  async 'a detach: nothing of it is left'(point) {
    await during(
      point,
      async (attached) => {
        await library.server.client.detachSource({ dataset_id: attached.dataset_id, dataset_source_id: attached.id })
      },
      async (attached) => {
        expect(await leftOf(attached)).toEqual([])
        expect(await library.eventsOf(attached.id)).toEqual([
          'dataset_source.created',
          'dataset_source.ready',
          'dataset_source.deleted',
        ])
      },
    )
  },

  async 'its dataset is deleted: nothing of it is left, the source is'(point) {
    await during(
      point,
      async (attached) => {
        await library.server.client.deleteDataset({ dataset_id: attached.dataset_id })
      },
      async (attached) => {
        expect(await leftOf(attached)).toEqual([])
        const source = await library.server.client.getSource({ source_id: attached.source_id })
        expect(source).toMatchObject({ status: 'ready', revision: 2 })
      },
    )
  },

  async 'its source is deleted: nothing of it is left, neither file nor text'(point) {
    let blobs: string[] = []
    await during(
      point,
      async (attached) => {
        const found = await library.rows<{ id: string }>(
          'select unnest(array[blob_id, text_blob_id]) as id from source_contents where source_id = $1',
          [attached.source_id],
        )
        blobs = found.map(({ id }) => id)
        await library.server.client.deleteSource({ source_id: attached.source_id })
      },
      async (attached) => {
        expect(await leftOf(attached)).toEqual([])
        const kept = 'select id from blobs where id = any($1::uuid[]) and uses > 0'
        expect(await library.rows(kept, [blobs])).toEqual([])
        expect(await library.rows('select from source_contents where source_id = $1', [attached.source_id])).toEqual([])
      },
    )
  },
}

async function attachWhileConverted(): Promise<void> {
  pause = pauseAt('knowledge.converting')
  const source_id = await library.newUpload(textOf(4))
  const [one, two] = [await library.newDataset(), await library.newDataset()]
  await pause.arrived
  const first = await library.attach(one, source_id)
  expect(await library.find(first)).toMatchObject({ status: 'pending', sources: { status: 'converting_to_markdown' } })
  const second = await library.attach(two, source_id)
  pause.release()
  expect(await library.settled(first)).toMatchObject({ status: 'ready', total_chunks: 4 })
  expect(await library.settled(second)).toMatchObject({ status: 'ready', total_chunks: 4 })
  await atRest(library)
}

/** Once its chunks are cut, the one that goes on takes the generation that the dead node had begun. */
const isCut = (point: Point) => point !== 'knowledge.converting' && point !== 'knowledge.chunked'

async function dieAt(point: Point): Promise<void> {
  const dataset_id = await library.newDataset()
  const attached = await library.settled(await library.attach(dataset_id, await library.newFile(textOf(3, 'one'))))
  const generations = () =>
    library.rows<{ id: string; state: string }>(
      `select id, state from generations where dataset_source_id = $1 and state <> 'replaced' order by number desc`,
      [attached.id],
    )
  pause = pauseAt(point)
  await replace(point, attached.source_id, textOf(250, 'two'))
  await pause.arrived
  const [begun] = await generations()
  const [{ lease }] = (await library.rows('select lease from work where lease is not null and kind = $1', [
    point === 'knowledge.converting' ? 'convert_source' : 'build_generation',
  ])) as [{ lease: number }]
  const words = point === 'knowledge.switched' ? piecesOf(250, 'two').slice(0, 100) : piecesOf(3, 'one')
  expect(await library.textsOf(attached)).toEqual(words)
  await using _other = await library.server.startAnother({}, {})
  await eventually(async () => {
    await library.rows('update work set due_at = now() where lease = $1 and not ready', [lease])
    expect(await library.find(attached)).toMatchObject({ status: 'ready', total_chunks: 250 })
    expect(await library.rows(`select from work where kind in ('convert_source', 'build_generation')`)).toEqual([])
  })
  const [serving, ...others] = await generations()
  expect(serving).toMatchObject({ state: 'serving' })
  if (isCut(point)) expect(serving!.id).toBe(begun!.id)
  pause.release()
  await atRest(library)
  expect([await generations(), others.filter(({ state }) => state !== 'gone')]).toEqual([[serving], []])
  expect(await library.eventsOf(attached.id)).toEqual([
    'dataset_source.created',
    'dataset_source.ready',
    'dataset_source.ready',
  ])
}

async function loseLease(): Promise<void> {
  pause = pauseAt('knowledge.chunked')
  const { server } = library
  const held = async () =>
    (
      await library.rows<{ lease: number }>(
        `select lease from work where kind = 'build_generation' and lease is not null`,
      )
    )[0]?.lease
  const dataset_id = await library.newDataset()
  const attached = await library.attach(dataset_id, await library.newFile(textOf(350)))
  await pause.arrived
  const stale = await held()
  await using _other = await server.startAnother({}, {})
  const taken = async () => {
    await library.rows('update work set due_at = now() where lease = $1 and not ready', [stale])
    expect(await library.find(attached)).toMatchObject({ status: 'ready', total_chunks: 350 })
  }
  await eventually(taken)
  const read = () =>
    library.rows(
      `select c.id, c.generation_id from chunks c join generations g on g.id = c.generation_id
       where g.dataset_source_id = $1 order by c.id`,
      [attached.id],
    )
  // What the first one had begun is erased.
  await eventually(async () => expect(await read()).toHaveLength(350))
  const before = await read()
  pause.release()
  await eventually(() => expect(server.log.join('')).toContain('another node took the work over'))
  await atRest(library)
  expect(await read()).toEqual(before)
}
