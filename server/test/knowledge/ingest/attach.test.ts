// Attaching: every form of the body, the order, all or nothing, what is attached already; detaching.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusal } from '../../support/server.ts'
import { type Library, small, soon, startLibrary, textOf } from './fixture.ts'

let library: Library & AsyncDisposable
let files: string[]
beforeAll(async () => {
  library = await startLibrary()
  files = []
  for (const name of ['a.md', 'b.txt', 'c.TXT ']) files.push(await library.newFile(textOf(3), name))
})
afterAll(() => library[Symbol.asyncDispose]())

const attach = async (dataset_id: string, items: unknown) =>
  library.server.client.attachSources({ dataset_id, items: items as never })

test('each form of the body answers an array in the order asked', async () => {
  const [a, b, c] = files as [string, string, string]
  const forms: [unknown, string[]][] = [
    [{ source_id: a }, [a]],
    [{ source_ids: [c, a] }, [c, a]],
    [
      [{ source_id: b }, { source_id: a.toUpperCase() }],
      [b, a],
    ],
    [
      [c, b, a],
      [c, b, a],
    ],
    [
      [{ source_id: b }, a, { source_ids: [c] }],
      [b, a, c],
    ],
    [
      [a, a],
      [a, a],
    ],
  ]
  for (const [body, expected] of forms) {
    const answer = await attach(await library.newDataset(), body)
    expect(answer.map(({ source_id }) => source_id)).toEqual(expected)
    expect(answer.map(({ sources }) => sources.id)).toEqual(expected)
  }
})

test('a URL, a list of URLs, and a file become sources that are attached', async () => {
  const { client } = library.server
  const one = await attach(await library.newDataset(), {
    type: 'URL',
    url: 'https://docs.example.test/a',
    name: 'Docs',
  })
  expect(one).toMatchObject([
    { status: 'pending', sources: { type: 'URL', name: 'https://docs.example.test/a', description: 'Docs' } },
  ])
  const urls = ['https://docs.example.test/b', 'https://docs.example.test/c']
  const two = await attach(
    await library.newDataset(),
    urls.map((url) => ({ type: 'URL', url })),
  )
  expect(two.map(({ sources }) => sources.name)).toEqual(urls)

  const dataset_id = await library.newDataset()
  const file = new File([textOf(4)], 'form.txt')
  const metadata = { chunking_strategy: { chunk_size: 200 }, description: 'From a form' }
  const [attached] = await client.attachSources({ dataset_id, file, metadata })
  expect(attached).toMatchObject({ sources: { name: 'form.txt', description: 'From a form' } })
  expect(await library.settled(attached!)).toMatchObject({ status: 'ready', total_chunks: 2 })
})

test('all or nothing: one unknown source, and none is attached; a wrong form is told where it is', async () => {
  const { client } = library.server
  const dataset_id = await library.newDataset()
  const before = await library.rows('select count(*) from sources')
  for (const unknown of [randomUUID(), 'nonsense']) {
    const body = [{ source_id: files[0]! }, { type: 'URL', url: 'https://docs.example.test/d' }, { source_id: unknown }]
    expect(await refusal(attach(dataset_id, body))).toMatchObject({ status: 404, code: 'not_found' })
  }
  expect((await client.listDatasetSources({ dataset_id })).data).toEqual([])
  expect(await library.rows('select count(*) from sources')).toEqual(before)
  const faults: [unknown, string[]][] = [
    [[{}], ['0.source_id']],
    [{ source_id: files[0], url: 'https://docs.example.test' }, ['source_id']],
    [
      { source_id: files[0], chunking_strategy: { chunk_size: 100, chunk_overlap: 51 } },
      ['chunking_strategy.chunk_overlap'],
    ],
    [[files[0], { type: 'FILE', url: 'https://docs.example.test' }], ['1.type']],
    [
      [{ source_ids: Array.from({ length: 60 }, randomUUID) }, { source_ids: Array.from({ length: 60 }, randomUUID) }],
      ['source_ids'],
    ],
    [
      [
        files[0],
        { type: 'URL', url: 'ftp://docs.example.test' },
        {
          ...{ type: 'URL', url: 'https://docs.example.test' },
          chunking_strategy: { chunk_size: 100, chunk_overlap: 51 },
          url_crawl_options: { add_to_datasets: [dataset_id, randomUUID()] },
        },
      ],
      ['1.url', '2.chunking_strategy.chunk_overlap', '2.url_crawl_options.add_to_datasets.1'],
    ],
  ]
  for (const [body, paths] of faults) {
    const error = await refusal(attach(dataset_id, body))
    expect(error).toMatchObject({ status: 422 })
    expect(error.errors!.map(({ path }) => path)).toEqual(paths)
  }
  expect(await refusal(attach(randomUUID(), { source_id: files[0] }))).toMatchObject({ status: 404 })
})

test('one that is attached already is the same attachment, built again only for another strategy', async () => {
  const dataset_id = await library.newDataset()
  const first = await library.settled(await library.attach(dataset_id, files[0]!))
  const wishOf = async () => (await library.rows('select wish from dataset_sources where id = $1', [first.id]))[0]
  const [same] = await attach(dataset_id, { source_id: files[0]!, chunking_strategy: small })
  expect(same).toEqual(first)
  expect(await attach(dataset_id, [files[0]])).toEqual([first])
  expect(await wishOf()).toEqual({ wish: 1 })
  const [other] = await attach(dataset_id, { source_id: files[0]!, chunking_strategy: { chunk_size: 200 } })
  expect(other).toMatchObject({ id: first.id, status: 'pending', serving: true, total_chunks: 3 })
  expect(await library.settled(first)).toMatchObject({ status: 'ready', total_chunks: 2 })
  expect(await library.eventsOf(first.id)).toEqual([
    'dataset_source.created',
    'dataset_source.ready',
    'dataset_source.ready',
  ])
})

test('PUT changes the strategy; reprocess converts and builds again', async () => {
  const { client } = library.server
  const dataset_id = await library.newDataset()
  const source_id = await library.newFile(textOf(4))
  const attached = await library.settled(await library.attach(dataset_id, source_id))
  const path = { dataset_id, dataset_source_id: attached.id }
  const wishOf = async () => (await library.rows('select wish from dataset_sources where id = $1', [attached.id]))[0]
  await client.updateDatasetSource({ ...path, chunking_strategy: small })
  expect(await wishOf()).toEqual({ wish: 1 })
  const changed = await client.updateDatasetSource({ ...path, chunking_strategy: { chunk_size: 200 } })
  expect(changed).toMatchObject({ status: 'pending', serving: true, chunking_strategy: { chunk_size: 200 } })
  expect(await library.settled(attached)).toMatchObject({ total_chunks: 2 })
  const inherited = await client.updateDatasetSource({ ...path, chunking_strategy: null })
  expect(inherited.chunking_strategy).toEqual({ method: 'fixed_size', chunk_size: 1000, chunk_overlap: 0 })
  expect(await library.settled(attached)).toMatchObject({ total_chunks: 1 })

  const converted = async () =>
    (await library.rows('select converted_at from source_contents where source_id = $1', [source_id]))[0]
  const before = await converted()
  expect(await client.reprocessDatasetSource(path)).toMatchObject({ status: 'pending', sources: { status: 'pending' } })
  expect(await library.settled(attached)).toMatchObject({ status: 'ready', sources: { status: 'ready', revision: 1 } })
  expect(await converted()).not.toEqual(before)
})

test('crawl options attach a URL, also when they change; ids may have any case', async () => {
  const { client } = library.server
  const datasets = [await library.newDataset(), await library.newDataset(), await library.newDataset()]
  const [one, two, three] = datasets as [string, string, string]
  const attachedTo = async (source_id: string) =>
    (await client.getSource({ source_id })).datasets.map(({ id }) => id).toSorted()
  const [source] = await client.createSources({
    items: {
      ...{ name: 'https://docs.example.test/named', type: 'URL' },
      url_crawl_options: { add_to_datasets: [one, one.toUpperCase()] },
    },
  })
  const source_id = source!.id
  expect(await attachedTo(source_id)).toEqual([one])
  const url_crawl_options = { add_to_datasets: [two, two.toUpperCase()] }
  expect(await client.updateSource({ source_id, url_crawl_options })).toMatchObject({ url_crawl_options })
  expect(await attachedTo(source_id)).toEqual([one, two].toSorted())
  const unknown = { add_to_datasets: [three, randomUUID()] }
  expect(await refusal(client.updateSource({ source_id, url_crawl_options: unknown }))).toMatchObject({ status: 422 })
  await client.updateSource({ source_id, url_crawl_options: null })
  expect(await attachedTo(source_id)).toEqual([one, two].toSorted())
})

test('attachments are listed by name, type, extension and status', async () => {
  const { client } = library.server
  const dataset_id = await library.newDataset()
  for (const id of files) await library.settled(await library.attach(dataset_id, id))
  await attach(dataset_id, { type: 'URL', url: 'https://docs.example.test/page.html?x=1' })
  const namesOf = async (input: object) =>
    (await client.listDatasetSources({ dataset_id, ...input })).data.map(({ sources }) => sources.name)
  const page = 'https://docs.example.test/page.html?x=1'
  expect(await namesOf({})).toEqual([page, 'c.TXT ', 'b.txt', 'a.md'])
  expect(await namesOf({ source_name: 'C.t' })).toEqual(['c.TXT '])
  expect(await namesOf({ source_type: 'URL' })).toEqual([page])
  expect(await namesOf({ file_extension: 'txt, .MD' })).toEqual(['c.TXT ', 'b.txt', 'a.md'])
  expect(await namesOf({ status: 'ready, chunking' })).toEqual(['c.TXT ', 'b.txt', 'a.md'])
  const first = await client.listDatasetSources({ dataset_id, limit: 3 })
  const second = await client.listDatasetSources({ dataset_id, limit: 3, cursor: first.pagination.next_cursor! })
  expect([...first.data, ...second.data].map(({ sources }) => sources.name)).toEqual(await namesOf({}))
  expect(await refusal(client.listDatasetSources({ dataset_id, status: 'done' }))).toMatchObject({ status: 422 })
})

test('attaching completes an upload whose bytes are there; without bytes it waits', async () => {
  const { client } = library.server
  const dataset_id = await library.newDataset()
  const [empty, sent] = await client.createSources({
    items: [
      { name: 'empty.txt', type: 'FILE' },
      { name: 'sent.txt', type: 'FILE' },
    ],
  })
  await fetch(sent!.presigned_url!, { method: 'PUT', body: textOf(2) })
  const attached = await attach(dataset_id, { source_ids: [empty!.id, sent!.id], chunking_strategy: small })
  expect(attached[1]).toMatchObject({ sources: { file_upload_status: 'COMPLETE', revision: 1 } })
  expect(await library.settled(attached[1]!)).toMatchObject({ status: 'ready', total_chunks: 2 })
  expect(await library.find(attached[0]!)).toMatchObject({
    status: 'pending',
    sources: { file_upload_status: 'PENDING' },
  })
})

test('a detached source still exists; its attachment and chunks are gone', async () => {
  const { client } = library.server
  const dataset_id = await library.newDataset()
  const attached = await library.settled(await library.attach(dataset_id, files[1]!))
  const path = { dataset_id, dataset_source_id: attached.id }
  expect(await client.detachSource(path)).toEqual({ message: 'Source detached. It still exists.' })
  expect(await refusal(client.getDatasetSource(path))).toMatchObject({ status: 404 })
  expect(await refusal(client.detachSource(path))).toMatchObject({ status: 404 })
  expect(await client.getSource({ source_id: files[1]! })).toMatchObject({ status: 'ready' })
  expect((await library.eventsOf(attached.id)).at(-1)).toBe('dataset_source.deleted')
  const left = () => library.rows('select from generations where dataset_source_id = $1', [attached.id])
  await expect.poll(left, soon).toEqual([])
})
