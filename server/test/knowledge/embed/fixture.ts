// Datasets with sources that serve, as ingestion leaves them: rows of their own, for tests of their vectors.
import type { DatasetSpaces, ServingGeneration } from '../../../src/knowledge/vectors/rows.ts'
import type { TestServer } from '../../support/server.ts'
import { hashOf } from '../../embeddings/fixture.ts'

export async function makeDataset(
  { database, organization_id: own }: TestServer,
  more: { embedding_model?: string; embedding_dimension?: number; organization_id?: string } = {},
): Promise<string> {
  const { embedding_model = null, embedding_dimension = null, organization_id = own } = more
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into datasets (id, organization_id, name, embedding_model, embedding_dimension)
     values (gen_random_uuid(), $1, 'Manual', $2, $3) returning id`,
    [organization_id, embedding_model, embedding_dimension],
  )
  return rows[0]!.id
}

export interface MadeSource {
  source_id: string
  dataset_source_id: string
  generation: ServingGeneration
}

/** A source with a generation of these chunks; `building` until it is made to serve. */
export async function addSource(
  { database, organization_id: own }: TestServer,
  dataset_id: string,
  texts: readonly string[],
  { serves = true, organization_id = own } = {},
): Promise<MadeSource> {
  const { pool } = database
  const add = async <Row>(text: string, values: unknown[]) => (await pool.query(text, values)).rows[0] as Row
  const { id: source_id } = await add<{ id: string }>(
    `insert into sources (id, organization_id, type, name, upload_status, status)
     values (gen_random_uuid(), $1, 'FILE', 'manual.md', 'COMPLETE', 'ready') returning id`,
    [organization_id],
  )
  const { id: dataset_source_id } = await add<{ id: string }>(
    `insert into dataset_sources (id, organization_id, dataset_id, source_id, status)
     values (gen_random_uuid(), $1, $2, $3, 'ready') returning id`,
    [organization_id, dataset_id, source_id],
  )
  const generation = await add<ServingGeneration>(
    `insert into generations (id, organization_id, dataset_id, source_id, dataset_source_id, revision, wish, chunking, language, total_chunks)
     values (gen_random_uuid(), $1, $2, $3, $4, 1, 1, '{}', 'simple', $5)
     returning id, number, organization_id, dataset_id, language, total_chunks`,
    [organization_id, dataset_id, source_id, dataset_source_id, texts.length],
  )
  await pool.query(
    `insert into chunks (id, organization_id, generation_id, position, content, heading_path, characters, text_hash)
     select gen_random_uuid(), $1, $2, row.position - 1, row.content, '{}', length(row.content), row.text_hash
     from unnest($3::text[], $4::bytea[]) with ordinality row (content, text_hash, position)`,
    [organization_id, generation.id, texts, texts.map(hashOf)],
  )
  const made = { source_id, dataset_source_id, generation: { ...generation, number: Number(generation.number) } }
  if (serves) await serve({ database }, made)
  return made
}

export async function serve({ database }: Pick<TestServer, 'database'>, { dataset_source_id, generation }: MadeSource) {
  await database.pool.query(`update generations set state = 'serving' where id = $1`, [generation.id])
  await database.pool.query(`update dataset_sources set serving_generation = $2 where id = $1`, [
    dataset_source_id,
    generation.id,
  ])
}

/** As a detach leaves it. */
export async function detach({ database }: TestServer, { dataset_source_id, generation }: MadeSource): Promise<void> {
  await database.pool.query(`update generations set state = 'gone', ended_at = now() where id = $1`, [generation.id])
  await database.pool.query('delete from dataset_sources where id = $1', [dataset_source_id])
}

type Row = Omit<DatasetSpaces, 'has_chunks'> & { reembedding_error: string | null; vectors_awaited_at: string | null }

export async function readDataset({ database }: TestServer, id: string): Promise<Row> {
  return (await database.pool.query<Row>('select * from datasets where id = $1', [id])).rows[0]!
}

/** The model that searches of the dataset use; null: none. */
export async function servingModel({ database }: TestServer, id: string): Promise<string | null> {
  const { rows } = await database.pool.query<{ model: string; dimension: number }>(
    'select s.model, s.dimension from datasets d join embedding_spaces s on s.id = d.space_id where d.id = $1',
    [id],
  )
  return rows[0] ? `${rows[0].model} ${rows[0].dimension}` : null
}

/** Chunks that serve and have no vector in the space that serves. */
export async function countLacking({ database }: TestServer, dataset_id: string): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*)::integer as count from datasets d join dataset_sources a on a.dataset_id = d.id
     join chunks c on c.generation_id = a.serving_generation
     where d.id = $1 and not exists (select from vectors v where v.space_id = d.space_id and v.text_hash = c.text_hash)`,
    [dataset_id],
  )
  return rows[0]!.count
}

export async function eventsOf(
  { database }: TestServer,
  dataset_id: string,
): Promise<{ type: string; data: object }[]> {
  const { rows } = await database.pool.query<{ type: string; data: object }>(
    `select type, data from organization_events where subject = $1 and type like 'dataset.reembed%' order by place`,
    [dataset_id],
  )
  return rows
}
