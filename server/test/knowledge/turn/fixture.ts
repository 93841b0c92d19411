// Shared by the tests of knowledge in turns: datasets with passages that are written as rows, and agents that search them.
import { createHash, randomUUID } from 'node:crypto'
import { openStore } from '../../../src/database/store.ts'
import { addWords, countWords, readWords } from '../../../src/knowledge/search/index-chunks.ts'
import type { SearchRequest } from '../../../src/knowledge/search/request.ts'
import { type TestServer, publishAgent } from '../../support/server.ts'

export interface Planted {
  text: string
  source_name?: string
  heading_path?: string[]
  page?: number | null
  url?: string | null
  metadata?: object
}

export interface PlantedDataset {
  dataset_id: string
  /** In the order of the passages, each of a source of its own. */
  chunks: { chunk_id: string; source_id: string; dataset_source_id: string; generation_id: string }[]
}

/** A dataset whose sources are ready. */
export async function plantDataset(
  server: TestServer,
  passages: Planted[],
  of = server.organization_id,
): Promise<PlantedDataset> {
  const { pool } = server.database
  const dataset_id = randomUUID()
  await pool.query('insert into datasets (id, organization_id, name) values ($1, $2, $3)', [dataset_id, of, 'Planted'])
  const chunks: PlantedDataset['chunks'] = []
  for (const passage of passages) chunks.push(await plantSource(server, of, dataset_id, passage))
  return { dataset_id, chunks }
}

async function plantSource({ database }: TestServer, of: string, dataset_id: string, passage: Planted) {
  const { pool } = database
  const [source_id, dataset_source_id, generation_id, chunk_id] = [
    randomUUID(),
    randomUUID(),
    randomUUID(),
    randomUUID(),
  ]
  const { text, source_name = 'Manual.pdf', heading_path = [], page = null, url = null, metadata = {} } = passage
  const hash = createHash('sha256').update(text).digest()
  const { rows } = await pool.query<{ number: number }>(
    `with source as (
       insert into sources (id, organization_id, type, name, upload_status, status, revision, metadata)
       values ($1, $5, 'FILE', $7, 'COMPLETE', 'ready', 1, $8)
     ), attachment as (
       insert into dataset_sources (id, organization_id, dataset_id, source_id) values ($2, $5, $6, $1)
     ), chunk as (
       insert into chunks (id, organization_id, generation_id, position, content, heading_path, page, url, characters, text_hash)
       values ($4, $5, $3, 0, $9::text, $10, $11, $12, length($9::text), $13)
     )
     insert into generations (id, organization_id, dataset_id, source_id, dataset_source_id, revision, wish, chunking, language,
                              state, total_chunks)
     values ($3, $5, $6, $1, $2, 1, 1, '{}', 'english', 'serving', 1) returning number`,
    [
      ...[source_id, dataset_source_id, generation_id, chunk_id, of, dataset_id, source_name, JSON.stringify(metadata)],
      ...[text, heading_path, page, url, hash],
    ],
  )
  const generation = {
    id: generation_id,
    number: rows[0]!.number,
    organization_id: of,
    dataset_id,
    language: 'english',
  }
  await openStore(database, of).transaction(async (tx) => {
    const chunks = [{ position: 0, content: text, heading_path }]
    await addWords(tx, generation, await readWords(tx, generation, chunks))
    await countWords(tx, { added: generation, removed: null })
  })
  await pool.query(`update dataset_sources set serving_generation = $2, status = 'ready' where id = $1`, [
    ...[dataset_source_id, generation_id],
  ])
  return { chunk_id, source_id, dataset_source_id, generation_id }
}

/** Every search of the server from now on, in order. */
export function watchSearches(server: TestServer): SearchRequest[] {
  const asked: SearchRequest[] = []
  const { knowledge } = server.app.rooms.knowledge
  const { search } = knowledge
  knowledge.search = (store, request, signal) => {
    asked.push(request)
    return search(store, request, signal)
  }
  return asked
}

/** Its attempt is lost, and another one takes the turn over at once. */
export async function loseTurn({ app, database }: TestServer, conversation_id: string): Promise<void> {
  await database.pool.query(
    `update turns set lease_expires_at = clock_timestamp() - interval '1 second', node_id = gen_random_uuid()
     where conversation_id = $1 and status = 'running'`,
    [conversation_id],
  )
  await app.rooms.engine.engine.watch()
}

/** Whatever searches them then finds nothing of it. */
export async function detach(
  server: TestServer,
  { dataset_source_id, generation_id }: PlantedDataset['chunks'][number],
) {
  await server.database.pool.query(`update generations set state = 'gone' where id = $1`, [generation_id])
  await server.database.pool.query('delete from dataset_sources where id = $1', [dataset_source_id])
}

/** A source in a dataset that exists. */
export function plantInto(server: TestServer, dataset_id: string, passage: Planted, of = server.organization_id) {
  return plantSource(server, of, dataset_id, passage)
}

/** An agent with the datasets, and a conversation with it. */
export async function converse(server: TestServer, config: object, more: object = {}) {
  const { agent_id, version_id } = await publishAgent(server.client, config)
  const { conversation } = await server.client.createConversation({
    channel: 'text',
    user_id: 'ada',
    agent_id,
    ...more,
  })
  return { agent_id, version_id, conversation_id: conversation.id }
}
