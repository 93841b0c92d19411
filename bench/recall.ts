// `npm run bench:recall`: how many of the ten nearest vectors a search by signs finds, beside an exact search. With `--database-url` of a
// PostgreSQL that has pgvector also what its indexes find; with a model (bench/real-model.ts) also over its vectors.
import { randomUUID } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { openDatabase } from '../server/src/database/database.ts'
import { migrate } from '../server/src/database/migrate.ts'
import { writeVector } from '../server/src/knowledge/search/near-vectors.ts'
import {
  type PackedSigns,
  chooseNear,
  compareSigns,
  packBits,
  withoutPauses,
} from '../server/src/knowledge/rules/near-signs.ts'
import { cosine, meanOf, signQuery, signVector } from '../server/src/knowledge/rules/signs.ts'
import { corpusVectors } from '../server/test/knowledge/search/corpus-vector.ts'
import { hashedVector } from '../server/test/support/hashed-vector.ts'
import { cutDocument } from '../server/test/knowledge/search/quality.ts'
import { generateChunks, randomNumbers } from './knowledge-texts.ts'
import { readOptions } from './options.ts'
import { type RealModel, readRealModel } from './real-model.ts'
import { machine } from './server.ts'
import { printTable } from './table.ts'
import { randomVectors } from './vectors.ts'

const options = readOptions({
  chunks: 100_000,
  dimension: 768,
  queries: 100,
  least_candidates: 200,
  candidates: 800,
  preselected: 5,
  indexed_candidates: 200,
  seed: 1,
})
const {
  chunks,
  dimension,
  queries,
  least_candidates,
  candidates,
  preselected,
  indexed_candidates,
  seed,
  database_url,
} = options
const wanted = 10
const centre_of = 2048

interface Collection {
  name: string
  vectors: Float32Array[]
  queries: Float32Array[]
}

function nearest(count: number, many: number, distance: (at: number) => number): number[] {
  const distances = Float64Array.from({ length: count }, (_, at) => distance(at))
  const bound = distances.toSorted()[Math.min(many, count) - 1]!
  const places: number[] = []
  for (let at = 0; at < count; at += 1) if (distances[at]! <= bound) places.push(at)
  return places.toSorted((a, b) => distances[a]! - distances[b]! || a - b).slice(0, many)
}

/** What is found of the ten nearest, and the share of queries that find all. */
interface Figures {
  found: number
  whole: number
}

/** `find`: the candidates for a query, of which the nearest are taken exactly, as a search does. */
async function compare(
  { vectors, queries: asked }: Collection,
  find: (query: Float32Array) => number[] | Promise<number[]>,
): Promise<Figures> {
  let found = 0
  let whole = 0
  for (const query of asked) {
    const near = (at: number) => cosine(query, vectors[at]!)
    const exact = new Set(nearest(vectors.length, wanted, (at) => -near(at)))
    const ranked = (await find(query)).toSorted((a, b) => near(b) - near(a)).slice(0, wanted)
    // Of vectors as near as the tenth, any is right.
    const least = Math.min(...[...exact].map(near))
    const right = ranked.filter((at) => exact.has(at) || near(at) >= least - 1e-6).length
    found += right
    whole += right === wanted ? 1 : 0
  }
  return { found: found / (asked.length * wanted), whole: whole / asked.length }
}

/** As a search looks: by signs, then by the query's own values. */
function bySigns({ vectors }: Collection, counts: number[]): (query: Float32Array) => number[] {
  const mean = meanOf(vectors.slice(0, centre_of))
  const signed = vectors.map((vector) => signVector(vector, mean))
  const words = Math.ceil((vectors[0]?.length ?? 0) / 32)
  const signs: PackedSigns = {
    centre: 0,
    chunks: signed.length,
    words,
    bits: new Uint32Array(words * signed.length),
    lengths: Float32Array.from(signed, ({ length }) => length),
    alongs: Float32Array.from(signed, ({ along }) => along),
  }
  for (const [at, { bits }] of signed.entries()) signs.bits.set(packBits(bits), at * words)
  const many = { least: least_candidates, most: candidates, wanted, preselected }
  return (query) => {
    const asked = signQuery(query, mean)
    const shown = compareSigns(signs, asked, packBits(asked.bits))
    const compared = withoutPauses(chooseNear([{ generation: 0, signs, shown }], asked, many))
    counts.push(compared.length)
    return compared.map(({ position }) => position)
  }
}

interface Index {
  find(query: Float32Array): Promise<number[]>
  drop(): Promise<void>
  seconds: number
}

/** With the options of `index_vectors`, but made at once, which is quicker. */
async function indexOf({ vectors }: Collection, client: pg.Client): Promise<Index> {
  const begun = performance.now()
  const ids = [randomUUID(), randomUUID(), randomUUID(), vectors[0]!.length]
  const { rows } = await client.query<{ number: number }>('select make_vector_index($1, $2, $3, $4) as number', ids)
  const { number } = rows[0]!
  await client.query(`drop index near_vectors_${number}_vector_idx`)
  const at_once = 100
  for (let first = 0; first < vectors.length; first += at_once) {
    const some = vectors.slice(first, first + at_once)
    const positions = some.map((_, at) => first + at)
    await client.query('select add_near_vectors($1, 1, $2, $3)', [number, positions, some.map(writeVector)])
  }
  await client.query(
    `create index on near_vectors_${number} using hnsw (vector halfvec_ip_ops) with (m = 32, ef_construction = 128)`,
  )
  await client.query(`analyze near_vectors_${number}`)
  const seconds = (performance.now() - begun) / 1000
  return {
    seconds,
    async find(query) {
      // `set_config` of the function lasts until the end of the transaction.
      const answer = await client.query<{ position: number }>('select position from near_vectors($1, $2, $3, $4)', [
        ...[number, writeVector(query), [1], indexed_candidates],
      ])
      return answer.rows.map(({ position }) => position)
    },
    drop: async () => void (await client.query('select drop_vector_index($1)', [number])),
  }
}

const docs = join(import.meta.dirname, '..', 'docs')
const documents = globSync('**/*.md', { cwd: docs })
  .toSorted()
  .flatMap((name) => cutDocument(readFileSync(join(docs, name), 'utf8')).map(({ content }) => content))

/** The documents, and as much generated text as is missing. */
function texts(count: number): string[] {
  const generated = generateChunks(Math.max(0, count - documents.length), seed).map(({ content }) => content)
  return [...documents, ...generated].slice(0, count)
}

/** Some words of some of them. */
function questionsOf(all: readonly string[], count: number): string[] {
  const random = randomNumbers(seed + 1)
  return Array.from({ length: count }, () => {
    const words = all[Math.floor(random() * all.length)]!.split(/\s+/)
    const begin = Math.floor(random() * Math.max(1, words.length - 12))
    return words.slice(begin, begin + 12).join(' ')
  })
}

function hashedTexts(): Collection {
  const all = texts(chunks)
  const embed = (text: string) => Float32Array.from(hashedVector(text, dimension))
  return {
    name: 'hashed chunks of documents and generated text',
    vectors: all.map(embed),
    queries: questionsOf(all, queries).map(embed),
  }
}

function weightedTexts(): Collection {
  const all = texts(chunks)
  const embed = corpusVectors(all.slice(0, 5000), dimension)
  return {
    name: 'the same, weighted by rarity',
    vectors: all.map(embed),
    queries: questionsOf(all, queries).map(embed),
  }
}

function mixture(): Collection {
  const source = randomVectors(dimension, seed)
  const vectors = Array.from({ length: chunks }, (_, at) => source.at(at + 1))
  return {
    name: 'an anisotropic mixture',
    vectors,
    queries: Array.from({ length: queries }, (_, at) => source.at(-at - 1)),
  }
}

async function realTexts(model: RealModel): Promise<Collection> {
  const all = texts(Math.min(chunks, 20_000))
  return { name: model.name, vectors: await model.embed(all), queries: await model.embed(questionsOf(all, queries)) }
}

async function openIndexes(database_url: string): Promise<pg.Client> {
  await using database = openDatabase({
    connection_string: database_url,
    max_connections: 2,
    statement_timeout_ms: 60_000,
    onError: () => {},
  })
  await migrate(database)
  const client = new pg.Client({ connectionString: database_url })
  await client.connect()
  await client.query('create extension if not exists vector')
  await client.query(`set maintenance_work_mem = '1GB'`)
  return client
}

process.stdout.write(
  `machine ${machine}\n${chunks} vectors of ${dimension} dimensions, ${queries} queries, ${least_candidates} to ${candidates} candidates\n\n`,
)
const client = database_url === undefined ? null : await openIndexes(database_url)
const rows: string[][] = []
const write = ({ found, whole }: Figures) => [found.toFixed(4), whole.toFixed(2)]

async function measure(collection: Collection): Promise<void> {
  const counts: number[] = []
  const cells = [collection.name, ...write(await compare(collection, bySigns(collection, counts)))]
  cells.push((counts.reduce((sum, count) => sum + count, 0) / counts.length).toFixed(0))
  if (client) {
    const index = await indexOf(collection, client)
    cells.push(...write(await compare(collection, index.find)), index.seconds.toFixed(0))
    await index.drop()
  }
  rows.push(cells)
  process.stderr.write(`${cells.join(' | ')}\n`)
}

for (const collect of [hashedTexts, weightedTexts, mixture]) await measure(collect())
const model = readRealModel(options)
if (model) await measure(await realTexts(model))
const ofIndex = ['of pgvector: recall@10', 'all ten', 'seconds to make it']
printTable(['vectors', 'signs: recall@10', 'queries that find all ten', 'candidates', ...(client ? ofIndex : [])], rows)
await client?.end()
