// Real rows of knowledge bases: datasets with sources whose generations are indexed and serve, and a port of embeddings that hashes words.
import { createHash, randomUUID } from 'node:crypto'
import type { Embeddings, Space } from '../../../src/embeddings/embeddings.ts'
import { EmbeddingFailed } from '../../../src/embeddings/embeddings.ts'
import { type PooledDatabase, statement } from '../../../src/database/database.ts'
import { type RootStore, openStore } from '../../../src/database/store.ts'
import {
  type IndexedGeneration,
  addWords,
  countWords,
  indexVectors,
  readWords,
} from '../../../src/knowledge/search/index-chunks.ts'
import { search } from '../../../src/knowledge/search/search.ts'
import type { Found, SearchRequest } from '../../../src/knowledge/search/request.ts'
import { createSearches } from '../../../src/knowledge/search/searches.ts'
import { type VectorIndex, least_indexed_chunks } from '../../../src/knowledge/search/vector-index.ts'
import type { Knowledge } from '../../../src/knowledge/services.ts'
import { createLog } from '../../../src/telemetry/log.ts'
import { hashedVector } from '../../support/hashed-vector.ts'
import { testPorts } from '../../support/ports.ts'

export interface Written {
  content: string
  heading_path?: string[]
  page?: number
}

export interface SourceOptions {
  dataset_id: string
  name?: string
  language?: string
  metadata?: Record<string, unknown>
  /** Vectors in this space; null: none. */
  space_id?: string | null
  /** Does not serve yet. */
  isBuilding?: boolean
  batch?: number
}

export interface AddedSource {
  source_id: string
  dataset_source_id: string
  generation: IndexedGeneration
}

export interface Library {
  store: RootStore
  database: PooledDatabase
  dimension: number
  /** Of a text. Tests can replace it. */
  embed(text: string): Float32Array
  room: Knowledge
  /** Sign bits, unless a test changes it. */
  index: { -readonly [Field in keyof VectorIndex]: VectorIndex[Field] }
  addSpace(): Promise<string>
  addDataset(space_id?: string | null): Promise<string>
  addSource(chunks: readonly (string | Written)[], options: SourceOptions): Promise<AddedSource>
  /** Another generation of the attachment; serves if asked. */
  addGeneration(
    source: Omit<AddedSource, 'generation'>,
    chunks: readonly (string | Written)[],
    options: SourceOptions,
  ): Promise<IndexedGeneration>
  /** As the switch does. */
  serve(dataset_source_id: string, added: IndexedGeneration, removed: IndexedGeneration | null): Promise<void>
  search(
    request: Partial<SearchRequest> & { query: string; dataset_id?: string; top_n?: number },
    signal?: AbortSignal,
  ): Promise<Found>
}

const serveStatement = statement(
  'test_serve_generation',
  `update dataset_sources set serving_generation = $3, status = 'ready' where organization_id = $1 and id = $2`,
)
const hashOf = (text: string) => createHash('sha256').update(text).digest()
const bytesOf = (vector: Float32Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)

/** `organization_id`: of one that is there; by default it is a new one. `sign_bytes`: of signs that are kept in memory. */
export async function createLibrary(
  database: PooledDatabase,
  dimension = 256,
  organization_id: string = randomUUID(),
  sign_bytes = 64 * 1_048_576,
): Promise<Library> {
  await database.pool.query(
    `insert into organizations (id, name, slug) values ($1, 'Library', $2) on conflict do nothing`,
    [organization_id, `library-${organization_id.slice(0, 8)}`],
  )
  const store = openStore(database, organization_id)
  const core = {
    ports: testPorts,
    config: { database_connections: 20, of: () => ({ vector_index: 'sign_bits', sign_bytes }) },
    log: createLog('error', { write: (line: string) => void process.stderr.write(line) }),
  } as never
  const query = async <Row = Record<string, unknown>>(text: string, values: unknown[]) =>
    (await database.pool.query(text, values)).rows as Row[]

  const library: Library = {
    store,
    database,
    dimension,
    embed: (text) => Float32Array.from(hashedVector(text, dimension)),
    room: undefined as never,
    index: { kind: 'sign_bits', least_chunks: least_indexed_chunks },
    async addSpace() {
      const id = randomUUID()
      await query(
        `insert into embedding_spaces (id, organization_id, provider, model, asked_dimension, dimension) values ($1, $2, 'test', $3, $4, $4)`,
        [id, organization_id, `hash-${id.slice(0, 8)}`, dimension],
      )
      return id
    },
    async addDataset(space_id = null) {
      const id = randomUUID()
      await query(`insert into datasets (id, organization_id, name, space_id) values ($1, $2, 'Docs', $3)`, [
        id,
        organization_id,
        space_id,
      ])
      return id
    },
    async addSource(chunks, options) {
      const source = { source_id: randomUUID(), dataset_source_id: randomUUID() }
      await query(
        `insert into sources (id, organization_id, type, name, upload_status, metadata, status) values ($1, $2, 'FILE', $3, 'COMPLETE', $4, 'ready')`,
        [source.source_id, organization_id, options.name ?? 'file.md', options.metadata ?? {}],
      )
      await query(`insert into dataset_sources (id, organization_id, dataset_id, source_id) values ($1, $2, $3, $4)`, [
        source.dataset_source_id,
        organization_id,
        options.dataset_id,
        source.source_id,
      ])
      const generation = await library.addGeneration(source, chunks, options)
      if (!options.isBuilding) await library.serve(source.dataset_source_id, generation, null)
      return { ...source, generation }
    },
    async addGeneration(
      { source_id, dataset_source_id },
      chunks,
      { dataset_id, language = 'english', space_id = null, batch = 100 },
    ) {
      const written = chunks.map((chunk) => (typeof chunk === 'string' ? { content: chunk } : chunk))
      const [row] = await query<{ id: string; number: number }>(
        `insert into generations (id, organization_id, dataset_id, source_id, dataset_source_id, revision, wish, chunking, language, total_chunks)
         values ($1, $2, $3, $4, $5, 1, 1, '{}', $6, $7) returning id, number`,
        [randomUUID(), organization_id, dataset_id, source_id, dataset_source_id, language, written.length],
      )
      const generation: IndexedGeneration = { ...row!, organization_id, dataset_id, language }
      for (let first = 0; first < written.length; first += batch) {
        const part = written
          .slice(first, first + batch)
          .map((chunk, at) => ({ heading_path: [], ...chunk, position: first + at }))
        await store.transaction(async (tx) => addWords(tx, generation, await readWords(tx, generation, part)))
        await query(
          `insert into chunks (id, organization_id, generation_id, position, content, heading_path, page, characters, text_hash)
           select gen_random_uuid(), $1, $2, c.position, c.content, array(select jsonb_array_elements_text(c.heading_path)), c.page, length(c.content), sha256(convert_to(c.content, 'UTF8'))
           from jsonb_to_recordset($3::jsonb) c (position integer, content text, heading_path jsonb, page integer)`,
          [organization_id, generation.id, JSON.stringify(part)],
        )
        if (space_id !== null) {
          const texts = [...new Set(part.map(({ content }) => content))]
          await query(
            `insert into vectors (organization_id, space_id, text_hash, vector) select $1, $2, * from unnest($3::bytea[], $4::bytea[]) on conflict do nothing`,
            [organization_id, space_id, texts.map(hashOf), texts.map((text) => bytesOf(library.embed(text)))],
          )
        }
      }
      if (space_id !== null) while (await store.transaction((tx) => indexVectors(tx, generation, space_id)));
      return generation
    },
    async serve(dataset_source_id, added, removed) {
      await store.transaction(async (tx) => {
        await countWords(tx, { added, removed })
        await tx.query(serveStatement, [organization_id, dataset_source_id, added.id])
      })
    },
    search({ dataset_id, top_n = 5, ...request }, signal = new AbortController().signal) {
      const datasets = dataset_id === undefined ? [] : [{ dataset_id, top_n, min_score: null, filter: null }]
      return search(
        core,
        library.room,
        store,
        {
          datasets,
          vector_query: request.query,
          mode: 'auto',
          source_ids: null,
          rerank: true,
          results: top_n,
          timeout_ms: 5000,
          ...request,
        },
        signal,
      )
    },
  }
  library.room = { searches: createSearches(core, library.index), embeddings: hashingEmbeddings(library) } as Knowledge
  return library
}

function hashingEmbeddings(library: Library): Embeddings {
  return {
    reranker: null,
    async findSpace(_store: unknown, id: string): Promise<Space | null> {
      return { id } as Space
    },
    async embedQuery(_store: unknown, _space: unknown, text: string) {
      if (text.includes('«no model»')) throw new EmbeddingFailed('failed', 'no model')
      if (text.includes('«slow model»')) throw new EmbeddingFailed('timeout', 'slow model')
      return library.embed(text)
    },
  } as Partial<Embeddings> as Embeddings
}
