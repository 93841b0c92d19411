// Shared by the tests of knowledge in turns: datasets with passages that are written as rows, and agents that search them.
import { createHash, randomUUID } from 'node:crypto'
import type { TestServer } from '../../support/server.ts'
import { publishAgent } from '../../support/server.ts'

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

async function plantSource({ database: { pool } }: TestServer, of: string, dataset_id: string, passage: Planted) {
  const [source_id, dataset_source_id, generation_id, chunk_id] = [
    randomUUID(),
    randomUUID(),
    randomUUID(),
    randomUUID(),
  ]
  const { text, source_name = 'Manual.pdf', heading_path = [], page = null, url = null, metadata = {} } = passage
  await pool.query(
    `insert into sources (id, organization_id, type, name, upload_status, status, revision, metadata)
     values ($1, $2, 'FILE', $3, 'COMPLETE', 'ready', 1, $4)`,
    [source_id, of, source_name, JSON.stringify(metadata)],
  )
  await pool.query(
    `insert into dataset_sources (id, organization_id, dataset_id, source_id, status, serving_generation)
     values ($1, $2, $3, $4, 'ready', $5)`,
    [dataset_source_id, of, dataset_id, source_id, generation_id],
  )
  await pool.query(
    `insert into generations (id, organization_id, dataset_id, source_id, dataset_source_id, revision, wish, chunking, language, state)
     values ($1, $2, $3, $4, $5, 1, 1, '{}', 'english', 'serving')`,
    [generation_id, of, dataset_id, source_id, dataset_source_id],
  )
  const hash = createHash('sha256').update(text).digest()
  await pool.query(
    `insert into chunks (id, organization_id, generation_id, position, content, heading_path, page, url, characters, text_hash)
     values ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9)`,
    [chunk_id, of, generation_id, text, heading_path, page, url, text.length, hash],
  )
  return { chunk_id, source_id, dataset_source_id, generation_id }
}

/** Whatever searches them then finds nothing of it. */
export async function detach(
  server: TestServer,
  { dataset_source_id, generation_id }: PlantedDataset['chunks'][number],
) {
  await server.database.pool.query(`update generations set state = 'gone' where id = $1`, [generation_id])
  await server.database.pool.query('delete from dataset_sources where id = $1', [dataset_source_id])
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
