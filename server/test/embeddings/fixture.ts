// Texts, spaces and stores for tests of embeddings, and the port of a work that nobody else takes over.
import { createHash } from 'node:crypto'
import type { Store, RootStore } from '../../src/database/store.ts'
import { openStore } from '../../src/database/store.ts'
import { EmbeddingFailed, type Embeddings, type Space, type TextSource } from '../../src/embeddings/embeddings.ts'
import type { WorkPort } from '../../src/work/port.ts'
import type { EmbeddingServer } from '../support/embedding-server.ts'
import type { TestServer } from '../support/server.ts'

export const never = new AbortController().signal

export const hashOf = (text: string) => createHash('sha256').update(text).digest()

export const storeOf = (server: TestServer, organization_id = server.organization_id): RootStore =>
  openStore(server.app.core.database, organization_id)

export const embeddingsOf = (server: TestServer): Embeddings => server.app.rooms.embeddings.embeddings

export const spaceOf = async (
  server: TestServer,
  store: RootStore,
  embedding_model: string | null = null,
  embedding_dimension: number | null = null,
): Promise<Space | null> =>
  store.transaction(async (tx) => embeddingsOf(server).spaceFor(tx, { embedding_model, embedding_dimension }))

export function portOf(server: TestServer, store: RootStore, signal: AbortSignal = never): WorkPort {
  return {
    signal,
    stopping: signal,
    log: server.app.core.log,
    commit: (write) => store.transaction(write),
    takeAlong: async () => 0,
  }
}

export interface Written {
  done: number
  made: number
}

/** Texts in order, as the chunks of a generation would be. */
export function sourceOf(
  texts: readonly string[],
  holder: string = crypto.randomUUID(),
): TextSource & { written: Written[] } {
  const written: Written[] = []
  return {
    holder,
    written,
    read: async (_store: Store, after, limit) =>
      texts.map((text, position) => ({ position, text, text_hash: hashOf(text) })).slice(after + 1, after + 1 + limit),
    wrote: async (_tx, done, made) => void written.push({ done, made }),
  }
}

export const textsOf = (count: number, subject = 'text') =>
  Array.from({ length: count }, (_, index) => `${subject} number ${index}`)

/** Fails unless the call fails for this reason. */
export async function faultOf(call: Promise<unknown>): Promise<EmbeddingFailed> {
  try {
    await call
  } catch (error) {
    if (error instanceof EmbeddingFailed) return error
    throw error
  }
  throw new Error('the call did not fail')
}

export const countVectors = async ({ database }: TestServer): Promise<number> =>
  (await database.pool.query<{ count: number }>('select count(*)::integer as count from vectors')).rows[0]!.count

/** How often each text was asked for, of those asked for more than once. */
export function repeated({ texts }: EmbeddingServer): string[] {
  return [...new Set(texts.filter((text, index) => texts.indexOf(text) !== index))]
}
