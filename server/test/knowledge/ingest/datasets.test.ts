// The operations on datasets.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOrganization } from '../../support/actors.ts'
import { publishAgent, refusal } from '../../support/server.ts'
import { type Library, soon, startLibrary, textOf } from './fixture.ts'

let library: Library & AsyncDisposable
beforeAll(async () => {
  library = await startLibrary()
})
afterAll(() => library[Symbol.asyncDispose]())

test('a new organization has an empty dataset, Default', async () => {
  const { data } = await library.server.client.listDatasets({ name: 'defau' })
  expect(data).toMatchObject([
    {
      ...{ name: 'Default', description: null, language: 'auto', reembedding: null },
      chunking_strategy: { method: 'fixed_size', chunk_size: 1000, chunk_overlap: 0 },
      counts: { sources: 0, ready: 0, in_progress: 0, failed: 0, chunks: 0 },
    },
  ])
})

test('the same id and body answer the same dataset; another body, or an id of others, is refused', async () => {
  const { client } = library.server
  const id = randomUUID().toUpperCase()
  const body = { id, name: 'Twice', chunking_strategy: 'structure_based' as const }
  const first = await client.createDataset(body)
  expect(first).toMatchObject({
    id: id.toLowerCase(),
    chunking_strategy: { method: 'structure_based', chunk_size: 1000 },
  })
  expect(await client.createDataset(body)).toEqual(first)
  expect(await refusal(client.createDataset({ ...body, name: 'Other' }))).toMatchObject({
    ...{ status: 409, code: 'dataset_id_taken' },
  })
  const { client: outsider } = await makeOrganization(library.server)
  expect(await refusal(outsider.createDataset(body))).toMatchObject({ status: 409, code: 'dataset_id_taken' })
  expect(await library.eventsOf(first.id)).toEqual(['dataset.created'])
  await client.deleteDataset({ dataset_id: first.id })
})

test('an organization has so many datasets at most, also when they are created at the same time', async () => {
  await using node = await library.server.startAnother({ PARLEY_LIMIT_DATASETS: '4' })
  const { id, key } = await makeOrganization(library.server)
  const client = library.server.as({ base_url: node.url, token: key })
  const created = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => client.createDataset({ name: `Many ${index}` })),
  )
  const count = 'select count(*) from datasets where organization_id = $1'
  expect(await library.rows(count, [id])).toEqual([{ count: 4 }])
  const refused = created.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(5)
  expect(refused[0]).toMatchObject({ reason: { status: 409, code: 'too_many_datasets' } })
})

test('datasets are listed newest first, in pages, by part of the name and by time', async () => {
  const { client } = library.server
  const older = await library.newDataset({ name: 'Listed A' })
  const newer = await library.newDataset({ name: 'listed b' })
  const first = await client.listDatasets({ name: 'LISTED', limit: 1 })
  expect(first.data.map(({ id }) => id)).toEqual([newer])
  const second = await client.listDatasets({ name: 'LISTED', limit: 1, cursor: first.pagination.next_cursor! })
  expect(second.data.map(({ id }) => id)).toEqual([older])
  expect(second.pagination.next_cursor).toBeNull()
  const { created_at } = first.data[0]!
  const ids = async (input: object) =>
    (await client.listDatasets({ name: 'listed', ...input })).data.map(({ id }) => id)
  expect(await ids({ created_after: created_at })).toEqual([newer])
  expect(await ids({ created_before: created_at })).toEqual([older])
  await client.updateDataset({ dataset_id: older, description: 'Changed' })
  const { updated_at } = await client.getDataset({ dataset_id: older })
  expect(await ids({ updated_after: updated_at })).toEqual([older])
  expect(await ids({ updated_before: updated_at })).toEqual([newer])
  expect(await refusal(client.listDatasets({ cursor: 'x' }))).toMatchObject({ status: 422 })
})

test('an update changes what is sent; null takes back; an event tells it', async () => {
  const { client } = library.server
  const dataset_id = await library.newDataset({ description: 'Old', language: 'german' })
  const changed = await client.updateDataset({ dataset_id, name: 'New', chunking_strategy: 'structure_based' })
  expect(changed).toMatchObject({ name: 'New', description: 'Old', language: 'german' })
  const taken = await client.updateDataset({ dataset_id, description: null, language: null, chunking_strategy: null })
  expect(taken).toMatchObject({ description: null, language: 'auto', chunking_strategy: { method: 'fixed_size' } })
  expect(await client.updateDataset({ dataset_id })).toEqual(taken)
  expect(await library.eventsOf(dataset_id)).toEqual(['dataset.created', 'dataset.updated', 'dataset.updated'])
  expect(await refusal(client.updateDataset({ dataset_id, name: ' ' }))).toMatchObject({
    ...{ status: 422, errors: [{ path: 'name' }] },
  })
  const overlap = { chunk_size: 200, chunk_overlap: 101 }
  expect(await refusal(client.updateDataset({ dataset_id, chunking_strategy: overlap }))).toMatchObject({
    ...{ status: 422, errors: [{ path: 'chunking_strategy.chunk_overlap' }] },
  })
  expect(await refusal(client.getDataset({ dataset_id: 'nonsense' }))).toMatchObject({ status: 404 })
})

test('another strategy builds again what has none of its own; another language builds all', async () => {
  const { client } = library.server
  const dataset_id = await library.newDataset({ chunking_strategy: { chunk_size: 100 } })
  const attachAs = async (items: object) => {
    const [attachment] = await client.attachSources({ dataset_id, items })
    return library.settled(attachment!)
  }
  const inheriting = await attachAs({ source_id: await library.newFile(textOf(8)) })
  const own = await attachAs({ source_id: await library.newFile(textOf(8)), chunking_strategy: { chunk_size: 200 } })
  expect([inheriting.total_chunks, own.total_chunks]).toEqual([8, 4])

  await client.updateDataset({ dataset_id, chunking_strategy: { chunk_size: 400 } })
  await expect.poll(async () => (await library.textsOf(inheriting)).length, soon).toBe(2)
  const builtOf = async (id: string) =>
    library.rows('select language, state from generations where dataset_source_id = $1 order by number', [id])
  expect(await builtOf(own.id)).toEqual([{ language: 'english', state: 'serving' }])

  await client.updateDataset({ dataset_id, language: 'german' })
  await expect.poll(() => builtOf(own.id), soon).toContainEqual({ language: 'german', state: 'serving' })
  await expect.poll(() => builtOf(inheriting.id), soon).toContainEqual({ language: 'german', state: 'serving' })
})

test('another strategy of a source builds again what has none of its own; the same one nothing', async () => {
  const { client } = library.server
  const source_id = await library.newFile(textOf(8))
  const [inheriting] = await client.attachSources({ dataset_id: await library.newDataset(), items: { source_id } })
  const own = await library.settled(await library.attach(await library.newDataset(), source_id))
  await library.settled(inheriting!)
  const wishes = async () => {
    const found = await library.rows<{ id: string; wish: number }>(
      'select id, wish from dataset_sources where source_id = $1',
      [source_id],
    )
    return new Map(found.map(({ id, wish }) => [id, wish]))
  }
  const chunking_strategy = { chunk_size: 200 }
  await client.updateSource({ source_id, chunking_strategy })
  expect(await wishes()).toEqual(
    new Map([
      [inheriting!.id, 2],
      [own.id, 1],
    ]),
  )
  expect(await library.settled(inheriting!)).toMatchObject({ status: 'ready', total_chunks: 4 })
  await client.updateSource({ source_id, chunking_strategy, description: 'Sent back whole' })
  expect((await wishes()).get(inheriting!.id)).toBe(2)
})

test('a delete names the agents whose versions still name the dataset, and leaves the sources', async () => {
  const { client } = library.server
  const dataset_id = await library.newDataset()
  const attachment = await library.settled(await library.attach(dataset_id, await library.newFile(textOf(3))))
  const { agent_id } = await publishAgent(client, { knowledge_bases: [{ dataset_id }] })
  const drafting = await client.createAgent({ name: 'Drafting' })
  const action = { type: 'knowledge_base' as const, dataset_ids: [dataset_id.toUpperCase()], query: 'a' }
  const tool = { name: 'look_up', description: 'Looks up', actions: [], actions_on_error: [action] }
  await client.createAgentVersion({ agent_id: drafting.agent_id, config: { instructions: 'I', tools: [tool] } })
  const agents = [
    { id: agent_id, name: 'Agent' },
    { id: drafting.agent_id, name: 'Drafting' },
  ]
  expect((await client.getDataset({ dataset_id })).agents).toEqual(agents)

  const { message, ...deleted } = await client.deleteDataset({ dataset_id })
  expect(deleted).toEqual({ agents })
  expect(message).toMatch(/deleted/)
  expect(await refusal(client.getDataset({ dataset_id }))).toMatchObject({ status: 404 })
  expect(await refusal(client.deleteDataset({ dataset_id }))).toMatchObject({ status: 404 })
  expect(await client.getSource({ source_id: attachment.source_id })).toMatchObject({ status: 'ready' })
  const [event] = await library.rows(
    `select data from organization_events where type = 'dataset.deleted' and subject = $1`,
    [dataset_id],
  )
  expect(event).toEqual({ data: { dataset_id, name: 'Handbook', sources: 1 } })
  const left = () => library.rows('select from generations where dataset_source_id = $1', [attachment.id])
  await expect.poll(left, soon).toEqual([])
})

test('viewers read; credentials that are narrowed to agents find nothing', async () => {
  const { client } = library.server
  const dataset_id = await library.newDataset()
  const viewer = await client.createOrganizationKey({ name: 'Viewer', scopes: ['sources:read'] })
  const reader = library.server.as({ token: viewer.pat_key })
  expect(await reader.getDataset({ dataset_id })).toMatchObject({ id: dataset_id })
  expect(await refusal(reader.updateDataset({ dataset_id, name: 'No' }))).toMatchObject({ status: 403 })
  const { agent_id } = await publishAgent(client)
  const { pat_key } = await client.createOrganizationKey({ name: 'Narrow', agent_ids: [agent_id] })
  const narrowed = library.server.as({ token: pat_key })
  expect(await refusal(narrowed.getDataset({ dataset_id }))).toMatchObject({ status: 404 })
  expect(await refusal(narrowed.listDatasets({}))).toMatchObject({ status: 404 })
})
