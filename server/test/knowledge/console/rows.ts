// A chunk that searches use, written straight into the tables.
import { randomUUID } from 'node:crypto'
import { sql } from '../../support/sql.ts'
import type { TestServer } from '../../support/server.ts'

export interface ChunkRows {
  dataset_id: string
  source_id: string
  dataset_source_id: string
  generation_id: string
  chunk_id: string
}

/** Of the first organization, unless another one is named. */
export async function insertChunk(
  { database, organization_id: first }: TestServer,
  content: string,
  organization_id = first,
): Promise<ChunkRows> {
  const [dataset_id, source_id, dataset_source_id] = [randomUUID(), randomUUID(), randomUUID()]
  const [generation_id, chunk_id] = [randomUUID(), randomUUID()]
  await database.execute(sql`
    insert into datasets (id, organization_id, name) values (${dataset_id}, ${organization_id}, 'Shop')`)
  await database.execute(sql`
    insert into sources (id, organization_id, type, name, upload_status, status, revision)
    values (${source_id}, ${organization_id}, 'FILE', 'returns.pdf', 'COMPLETE', 'ready', 1)`)
  await database.execute(sql`
    insert into generations (id, organization_id, dataset_id, source_id, dataset_source_id, revision, wish, chunking,
      language, state, total_chunks, processed_chunks)
    values (${generation_id}, ${organization_id}, ${dataset_id}, ${source_id}, ${dataset_source_id}, 1, 1, '{}',
      'simple', 'serving', 1, 1)`)
  await database.execute(sql`
    insert into dataset_sources (id, organization_id, dataset_id, source_id, status, serving_generation)
    values (${dataset_source_id}, ${organization_id}, ${dataset_id}, ${source_id}, 'ready', ${generation_id})`)
  await database.execute(sql`
    insert into chunks (id, organization_id, generation_id, position, content, heading_path, page, characters, text_hash)
    values (${chunk_id}, ${organization_id}, ${generation_id}, 0, ${content}, ${['Refunds']}, 3, ${content.length},
      sha256(${Buffer.from(content)}))`)
  return { dataset_id, source_id, dataset_source_id, generation_id, chunk_id }
}
