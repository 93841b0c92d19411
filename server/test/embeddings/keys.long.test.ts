// Whose key a call carries: the organization's own before the server's, and only where it may be sent (models/rules/own-keys.ts).
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeOrganization } from '../support/actors.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../support/embedding-server.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import { embeddingsOf, faultOf, never, sourceOf, portOf, spaceOf, storeOf } from './fixture.ts'

let model: EmbeddingServer
let stack: AsyncDisposableStack
beforeEach(async () => {
  stack = new AsyncDisposableStack()
  model = stack.use(await startEmbeddingServer())
})
afterEach(() => stack.disposeAsync())

const start = async (environment: Record<string, string>) => stack.use(await startTestServer(environment))
const keys = () => model.calls.map(({ authorization }) => authorization)
const bounds = { signal: never, timeout_ms: 5000 }

async function askAs(server: TestServer, organization_id: string, name: string) {
  const store = storeOf(server, organization_id)
  const space = await spaceOf(server, store, name, 64)
  return embeddingsOf(server).embedQuery(store, space!, 'what is new?', bounds)
}

test('an organization’s own key serves its embeddings; others use the server’s', async () => {
  const server = await start({
    OPENAI_BASE_URL: model.base_url,
    OPENAI_API_KEY: 'key-of-the-server',
    PARLEY_BASE_URLS_FOR_ORGANIZATION_KEYS: 'openai',
  })
  const other = await makeOrganization(server)
  await server.as({ token: other.key }).setSecret({ name: 'OPENAI_API_KEY', value: 'key-of-the-other' })
  await askAs(server, server.organization_id, 'openai/hashing')
  await askAs(server, other.id, 'openai/hashing')
  expect(keys()).toEqual(['Bearer key-of-the-server', 'Bearer key-of-the-other'])
})

test('it is not sent to a server of the operator’s that it was not meant for', async () => {
  const server = await start({ OPENAI_BASE_URL: model.base_url, OPENAI_API_KEY: 'key-of-the-server' })
  await server.client.setSecret({ name: 'OPENAI_API_KEY', value: 'own-key' })
  await askAs(server, server.organization_id, 'openai/hashing')
  await askAs(server, server.organization_id, 'openai-compatible/hashing')
  expect(keys()).toEqual(['Bearer key-of-the-server', 'Bearer key-of-the-server'])
})

test('nor to the embedding server, which gets no key if none is set', async () => {
  const server = await start(model.environment)
  await server.client.setSecret({ name: 'OPENAI_API_KEY', value: 'own-key' })
  await askAs(server, server.organization_id, 'openai-compatible/hashing')
  expect(keys()).toEqual([undefined])
})

test('a key that was deleted is not used again', async () => {
  const server = await start({ OPENAI_BASE_URL: model.base_url, PARLEY_BASE_URLS_FOR_ORGANIZATION_KEYS: 'openai' })
  await server.client.setSecret({ name: 'OPENAI_API_KEY', value: 'own-key' })
  await askAs(server, server.organization_id, 'openai/hashing')
  await server.client.deleteSecret({ name: 'OPENAI_API_KEY' })
  const store = storeOf(server)
  const space = (await spaceOf(server, store, 'openai/hashing', 64))!
  await embeddingsOf(server).embedQuery(store, space, 'something else', bounds)
  expect(keys()).toEqual(['Bearer own-key', undefined])
})

test('an organization with a key of its own has a default model on a server without one', async () => {
  const server = await start({ OPENAI_BASE_URL: '', PARLEY_DEFAULT_MODEL: 'demo/parley-demo' })
  expect(await spaceOf(server, storeOf(server))).toBe(null)
  await server.client.setSecret({ name: 'GOOGLE_GENERATIVE_AI_API_KEY', value: 'own-key' })
  expect(await spaceOf(server, storeOf(server))).toMatchObject({
    provider: 'google',
    model: 'gemini-embedding-001',
    dimension: 3072,
  })
  await server.client.setSecret({ name: 'OPENAI_API_KEY', value: 'own-key' })
  const space = await spaceOf(server, storeOf(server))
  expect(space).toMatchObject({
    provider: 'openai',
    model: 'text-embedding-3-small',
    dimension: 768,
    asked_dimension: 768,
  })
})

test('a provider without settings is not called: the space is kept, the call fails as not_configured', async () => {
  const server = await start(model.environment)
  const store = storeOf(server)
  const space = (await spaceOf(server, store))!
  await server.database.pool.query(`update embedding_spaces set provider = 'azure' where id = $1`, [space.id])
  const found = (await embeddingsOf(server).findSpace(store, space.id))!
  expect(await embeddingsOf(server).isCallable(store, found)).toBe(false)
  expect(await faultOf(embeddingsOf(server).embedQuery(store, found, 'who answers?', bounds))).toMatchObject({
    kind: 'not_configured',
  })
  const embedding = embeddingsOf(server).embedGeneration(portOf(server, store), store, found, sourceOf(['text']))
  expect(await faultOf(embedding)).toMatchObject({ kind: 'not_configured', may_pass: false })
  expect(model.calls).toEqual([])
})

test('spaces: one for each provider, model and dimension; the model’s own dimension and the same number are one', async () => {
  const server = await start(model.environment)
  const store = storeOf(server)
  const spaces = [
    await spaceOf(server, store),
    await spaceOf(server, store, 'hashing'),
    await spaceOf(server, store, 'openai-compatible/hashing'),
    await spaceOf(server, store, 'hashing', 32),
    await spaceOf(server, store, 'hashing', 32),
    await spaceOf(server, store, 'BAAI/bge-m3', 1024),
    await spaceOf(server, store, 'BAAI/bge-m3'),
  ]
  const ids = spaces.map((space) => space!.id)
  expect([
    new Set(ids.slice(0, 3)).size,
    new Set(ids.slice(3, 5)).size,
    new Set(ids.slice(5)).size,
    new Set(ids).size,
  ]).toEqual([1, 1, 1, 3])
  // Nobody knew this model's dimension; its first vector tells, and who asks for the number has the same space.
  expect(spaces[0]!.dimension).toBe(null)
  await embeddingsOf(server).embedGeneration(portOf(server, store), store, spaces[0]!, sourceOf(['text']))
  expect((await spaceOf(server, store, 'hashing', 64))!.id).toBe(ids[0])
  // Names that would change the path of a provider's address are not called.
  expect(await spaceOf(server, store, 'openai-compatible/../admin?x')).toBe(null)
  expect(await spaceOf(server, store, 'google/gemini-embedding-001')).toBe(null)
})

test('what datasets show of their models', async () => {
  const server = await start({ ...model.environment, PARLEY_EMBEDDING_DIMENSION: '64' })
  const store = storeOf(server)
  const space = (await spaceOf(server, store))!
  const none = {
    embedding_model: null,
    embedding_dimension: null,
    space_id: null,
    next_space_id: null,
    has_chunks: false,
  }
  const described = await embeddingsOf(server).describeAll(store, [
    none,
    { ...none, space_id: space.id },
    { ...none, has_chunks: true },
    { ...none, next_space_id: space.id, has_chunks: true },
    { ...none, embedding_model: 'google/gemini-embedding-001' },
    { ...none, embedding_model: 'anthropic/something', embedding_dimension: 100 },
    { ...none, space_id: space.id, embedding_model: 'anthropic/something' },
    { ...none, space_id: space.id, embedding_model: 'hashing', embedding_dimension: 64 },
  ])
  const hashing = { provider: 'openai-compatible', model: 'hashing', dimension: 64 }
  const uncallable = null
  expect(described).toEqual([
    { ...hashing, reason: null, uncallable },
    { ...hashing, reason: null, uncallable },
    { ...hashing, reason: 'embedding', uncallable },
    { ...hashing, reason: 'embedding', uncallable },
    {
      provider: 'google',
      model: 'gemini-embedding-001',
      dimension: 3072,
      reason: 'embedding_model_unavailable',
      uncallable,
    },
    { provider: 'anthropic', model: 'something', dimension: 100, reason: 'embedding_model_unavailable', uncallable },
    { ...hashing, reason: null, uncallable: { model: 'something', dimension: null } },
    { ...hashing, reason: null, uncallable },
  ])
  // Its provider has no settings here: what serves is what is named, or it is not.
  await server.database.pool.query(`update embedding_spaces set provider = 'google' where id = $1`, [space.id])
  const unavailable = { ...hashing, provider: 'google', reason: 'embedding_model_unavailable' }
  const named = { ...none, space_id: space.id, embedding_model: 'google/hashing' }
  const own = [named, { ...named, embedding_dimension: 64 }, { ...named, embedding_dimension: 32 }]
  expect(await embeddingsOf(server).describeAll(store, own)).toEqual([
    { ...unavailable, uncallable },
    { ...unavailable, uncallable },
    { ...unavailable, uncallable: { model: 'hashing', dimension: 32 } },
  ])
})

test('the models that can be named: of OpenAI only where `openai` is OpenAI', async () => {
  const server = await start(model.environment)
  const store = storeOf(server)
  const namesOf = async () => (await embeddingsOf(server).listOffers(store)).models.map(({ model: name }) => name)
  expect(await namesOf()).toEqual(['hashing'])
  await using direct = await server.startAnother({ ...model.environment, OPENAI_BASE_URL: '', OPENAI_API_KEY: 'key' })
  const { models, default_model } = await direct.rooms.embeddings.embeddings.listOffers(store)
  expect(models.map(({ model: name }) => name)).toEqual(['hashing', 'text-embedding-3-small', 'text-embedding-3-large'])
  expect(default_model).toMatchObject({ model: 'hashing' })
})
