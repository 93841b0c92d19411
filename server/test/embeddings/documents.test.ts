// Vectors of texts: each asked for once (K7), in bounded batches, stored by commits of their own; a kill repeats four calls at most.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statement } from '../../src/database/database.ts'
import type { TransactionStore } from '../../src/database/store.ts'
import { eraseVectors, leaveVectors } from '../../src/embeddings/embeddings.ts'
import { LeaseLost } from '../../src/work/port.ts'
import { fromBytes } from '../../src/embeddings/rules/vector.ts'
import { makeOrganization } from '../support/actors.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../support/embedding-server.ts'
import { hashedVector } from '../support/hashed-vector.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import {
  countVectors,
  embeddingsOf,
  faultOf,
  hashOf,
  portOf,
  repeated,
  sourceOf,
  spaceOf,
  storeOf,
  textsOf,
} from './fixture.ts'

const begin = statement('begin_of_a_test', 'select $1::uuid as organization_id')

let model: EmbeddingServer
let server: TestServer

beforeAll(async () => {
  model = await startEmbeddingServer()
  server = await startTestServer(model.environment)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
})
beforeEach(async () => {
  model.trouble = null
  model.before = null
  model.calls.length = 0
  await server.database.pool.query('delete from vectors; delete from embedding_claims')
})

const store = () => storeOf(server)

async function embed(source: ReturnType<typeof sourceOf>, signal?: AbortSignal): Promise<{ made: number }> {
  const space = (await spaceOf(server, store()))!
  return embeddingsOf(server).embedGeneration(portOf(server, store(), signal), store(), space, source)
}

describe('batches', () => {
  test('of 96 texts at most, each stored as its vector of length 1, in float32', async () => {
    const texts = textsOf(250)
    const source = sourceOf(texts)
    expect(await embed(source)).toEqual({ made: 250 })
    expect(model.calls.map(({ input }) => input.length).toSorted((a, b) => a - b)).toEqual([58, 96, 96])
    expect(source.written.at(-1)).toEqual({ done: 250, made: 250 })
    const { rows } = await server.database.pool.query<{ vector: Buffer }>(
      'select vector from vectors where text_hash = $1',
      [hashOf(texts[249]!)],
    )
    const vector = fromBytes(rows[0]!.vector)
    expect(vector).toHaveLength(64)
    const expected = hashedVector(texts[249]!, 64)
    expect(Math.max(...Array.from(vector, (value, at) => Math.abs(value - expected[at]!)))).toBeLessThan(1e-6)
  })

  test('of 200,000 characters at most', async () => {
    await embed(sourceOf(Array.from({ length: 60 }, (_, index) => `${index} ${'x'.repeat(7990)}`)))
    const sizes = model.calls.map(({ input }) => input.join('').length)
    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(400_000)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200_000)
    expect(Math.max(...sizes)).toBeGreaterThan(190_000)
  })

  test('four at once on a node, over all organizations', async () => {
    let under_way = 0
    let most = 0
    const gates: (() => void)[] = []
    model.before = async () => {
      most = Math.max(most, (under_way += 1))
      await new Promise<void>((resolve) => gates.push(resolve))
      under_way -= 1
    }
    const other = storeOf(server, (await makeOrganization(server)).id)
    const space = (await spaceOf(server, other))!
    const all = Promise.all([
      embed(sourceOf(textsOf(96 * 6, 'one'))),
      embed(sourceOf(textsOf(96 * 6, 'two'))),
      embeddingsOf(server).embedGeneration(portOf(server, other), other, space, sourceOf(textsOf(96 * 3, 'other'))),
    ])
    await expect.poll(() => under_way).toBe(4)
    const open = setInterval(() => gates.shift()?.(), 5)
    await all
    clearInterval(open)
    expect(model.calls).toHaveLength(15)
    expect(most).toBe(4)
  })

  test('each vector goes to its text, in whatever order the server answers', async () => {
    model.trouble = 'shuffled'
    const texts = textsOf(20)
    await embed(sourceOf(texts))
    const { rows } = await server.database.pool.query<{ vector: Buffer }>(
      'select vector from vectors where text_hash = $1',
      [hashOf(texts[3]!)],
    )
    expect(fromBytes(rows[0]!.vector)[0]).toBeCloseTo(hashedVector(texts[3]!, 64)[0]!, 5)
  })
})

describe('K7: a text is asked for once', () => {
  test('in one generation that has it many times', async () => {
    const texts = textsOf(300).map((_, index) => `page ${index % 10}`)
    const source = sourceOf(texts)
    expect(await embed(source)).toEqual({ made: 10 })
    expect(model.texts).toHaveLength(10)
    expect(source.written.at(-1)).toEqual({ done: 300, made: 10 })
  })

  test('in generations that follow each other: no call for what is there, one for what is new', async () => {
    await embed(sourceOf(textsOf(200)))
    model.calls.length = 0
    const again = sourceOf(textsOf(200))
    expect(await embed(again)).toEqual({ made: 0 })
    expect(model.calls).toHaveLength(0)
    expect(again.written.at(-1)).toEqual({ done: 200, made: 0 })
    await embed(sourceOf([...textsOf(200), 'a new paragraph']))
    expect(model.texts).toEqual(['a new paragraph'])
  })

  test('in generations that are built at the same moment, also on two nodes', async () => {
    await using _node = await server.startAnother(model.environment)
    const another = _node.rooms.embeddings.embeddings
    const space = (await spaceOf(server, store()))!
    const texts = textsOf(400, 'shared')
    const sources = [sourceOf(texts), sourceOf(texts), sourceOf(texts.toReversed())]
    await Promise.all([
      embed(sources[0]!),
      embed(sources[1]!),
      another.embedGeneration(portOf(server, store()), store(), space, sources[2]!),
    ])
    expect(repeated(model)).toEqual([])
    expect(model.texts).toHaveLength(400)
    expect(sources.map(({ written }) => written.at(-1)!.done)).toEqual([400, 400, 400])
  })

  test('of two organizations each asks for its own (K9)', async () => {
    const other = storeOf(server, (await makeOrganization(server)).id)
    await embed(sourceOf(textsOf(5)))
    const space = (await spaceOf(server, other))!
    const made = await embeddingsOf(server).embedGeneration(portOf(server, other), other, space, sourceOf(textsOf(5)))
    expect(made).toEqual({ made: 5 })
    expect(await countVectors(server)).toBe(10)
  })

  test('the database refuses a vector in another organization’s space (K9)', async () => {
    const other = await makeOrganization(server)
    const space = (await spaceOf(server, store()))!
    const insert = server.database.pool.query(
      `insert into vectors (organization_id, space_id, text_hash, vector) values ($1, $2, '\\x00', '\\x00')`,
      [other.id, space.id],
    )
    await expect(insert).rejects.toThrow(/foreign key/)
  })
})

describe('what fails', () => {
  test('leaves what was stored, tells how much that is, and goes on from there', async () => {
    model.trouble = () => (model.calls.length > 2 ? { status: 429, headers: { 'retry-after': '3' } } : null)
    const fault = await faultOf(embed(sourceOf(textsOf(96 * 8))))
    expect(fault).toMatchObject({ kind: 'failed', may_pass: true, retry_after_ms: 3000, made: 192 })
    expect(await countVectors(server)).toBe(192)
    model.trouble = null
    const asked = model.calls.slice(2).length
    expect(asked).toBeLessThanOrEqual(4)
    expect(await embed(sourceOf(textsOf(96 * 8)))).toEqual({ made: 96 * 6 })
  })

  test.each([
    ['half', 'failed'],
    ['nan', 'failed'],
    ['zero', 'failed'],
    [{ status: 401 }, 'unauthorized'],
    [{ status: 400 }, 'rejected'],
    [{ status: 500 }, 'failed'],
  ] as const)('%o: nothing of the batch is stored', async (trouble, kind) => {
    model.trouble = trouble
    expect(await faultOf(embed(sourceOf(textsOf(10))))).toMatchObject({ kind, made: 0 })
    expect(await countVectors(server)).toBe(0)
    const { rows } = await server.database.pool.query('select from embedding_claims')
    expect(rows).toEqual([])
  })

  test('a model that changes its dimension fails as dimension_mismatch', async () => {
    await embed(sourceOf(['the first tells the dimension']))
    model.trouble = 'wrong_dimension'
    expect(await faultOf(embed(sourceOf(['other'])))).toMatchObject({ kind: 'dimension_mismatch', may_pass: false })
  })

  test('what the source’s commit refuses is not stored', async () => {
    const source = sourceOf(textsOf(10))
    source.wrote = async (_tx, done) => {
      if (done > 0) throw new Error('out of date')
    }
    await expect(embed(source)).rejects.toThrow('out of date')
    expect(await countVectors(server)).toBe(0)
    // Other work embeds the texts at once.
    expect(await server.database.pool.query('select from embedding_claims')).toMatchObject({ rowCount: 0 })
  })
})

test('a work that is broken off before its commits repeats no more than the calls under way', async () => {
  const stop = new AbortController()
  const texts = textsOf(96 * 12)
  const holder = crypto.randomUUID()
  model.before = async () => {
    // Six calls are answered; then the node dies with others under way.
    if (model.calls.length > 6) {
      stop.abort(new Error('killed'))
      await new Promise(() => {})
    }
  }
  await expect(embed(sourceOf(texts, holder), stop.signal)).rejects.toThrow('killed')
  const before = await countVectors(server)
  const asked_before = model.calls.length
  model.before = null
  // The same work on another node, at once: its claims are its own.
  expect(await embed(sourceOf(texts, holder))).toEqual({ made: 96 * 12 - before })
  expect(model.calls.length - 12).toBeLessThanOrEqual(4)
  expect(asked_before).toBeGreaterThan(6)
  expect(await countVectors(server)).toBe(96 * 12)
})

test('other work waits for texts that dead work has claimed, until the claim expires', async () => {
  const space = (await spaceOf(server, store()))!
  await server.database.pool.query(
    `insert into embedding_claims (organization_id, space_id, text_hash, holder, expires_at)
     values ($1, $2, $3, gen_random_uuid(), clock_timestamp() + interval '1 hour')`,
    [server.organization_id, space.id, hashOf('claimed')],
  )
  const source = sourceOf(['claimed', 'free'])
  const embedded = embed(source)
  await expect.poll(() => countVectors(server)).toBe(1)
  expect(model.texts).toEqual(['free'])
  await server.database.pool.query(`update embedding_claims set expires_at = clock_timestamp()`)
  await embedded
  expect(model.texts).toEqual(['free', 'claimed'])
})

describe('how long vectors stay', () => {
  const used = async () =>
    (
      await server.database.pool.query<{ days: number }>(
        'select extract(day from now() - used_at)::integer as days from vectors order by text_hash',
      )
    ).rows.map(({ days }) => days)
  const age = () => server.database.pool.query(`update vectors set used_at = now() - interval '5 days'`)

  test('a build that uses one again notes it', async () => {
    await embed(sourceOf(['used again']))
    await age()
    await embed(sourceOf(['used again']))
    expect(await used()).toEqual([0])
  })

  test('a detach notes it too, in every space', async () => {
    const small = (await spaceOf(server, store(), 'hashing', 32))!
    await embed(sourceOf(['detached']))
    await embeddingsOf(server).embedGeneration(portOf(server, store()), store(), small, sourceOf(['detached']))
    await age()
    await store().transaction((tx) => leaveVectors(tx, [hashOf('detached')], crypto.randomUUID()))
    expect(await used()).toEqual([0, 0])
  })

  test('a deleted source takes its vectors along: of its organization, and not one that came into use meanwhile', async () => {
    const other = storeOf(server, (await makeOrganization(server)).id)
    const space = (await spaceOf(server, other))!
    await embed(sourceOf(['deleted', 'used meanwhile']))
    await embeddingsOf(server).embedGeneration(portOf(server, other), other, space, sourceOf(['deleted']))
    await store().transaction(async (tx) => {
      await tx.query(begin, [tx.organization_id])
      await embed(sourceOf(['used meanwhile']))
      await eraseVectors(tx, [hashOf('deleted'), hashOf('used meanwhile')])
    })
    const { rows } = await server.database.pool.query('select organization_id, text_hash from vectors order by used_at')
    expect(rows).toEqual([
      { organization_id: other.organization_id, text_hash: hashOf('deleted') },
      { organization_id: server.organization_id, text_hash: hashOf('used meanwhile') },
    ])
  })
})

test('K4: a run that lost its lease while it was waiting for an answer stores nothing', async () => {
  const space = (await spaceOf(server, store()))!
  const port = portOf(server, store())
  let isLost = false
  model.before = async () => void (isLost = true)
  const fenced = {
    ...port,
    commit: <T>(write: (tx: TransactionStore) => Promise<T>) =>
      isLost ? Promise.reject(new LeaseLost()) : port.commit(write),
  }
  const embedding = embeddingsOf(server).embedGeneration(fenced, store(), space, sourceOf(textsOf(10)))
  await expect(embedding).rejects.toThrow(LeaseLost)
  expect(await countVectors(server)).toBe(0)
})
