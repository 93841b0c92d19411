// Bytes for tests, and what the database knows of them.
import { createHash } from 'node:crypto'
import { openStore } from '../../src/database/store.ts'
import type { TestServer } from '../support/server.ts'

export const never = new AbortController().signal

/** The same bytes each time, without a period that divides a part. */
export function bytesOf(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size)
  for (let index = 0; index < size; index += 1) bytes[index] = (index * 7 + (index >> 8) * 13 + seed) & 255
  return bytes
}

/** In pieces as they arrive from a network. */
export async function* inPieces(bytes: Uint8Array, size = 50_000): AsyncGenerator<Uint8Array> {
  for (let taken = 0; taken < bytes.length; taken += size) yield bytes.subarray(taken, taken + size)
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

export async function read(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

export const storeOf = (server: TestServer, organization_id = server.organization_id) =>
  openStore(server.app.core.database, organization_id)

/** What is left of blobs: rows, parts, and the bytes that are counted. */
export async function countBlobs({ database }: TestServer): Promise<{ rows: number; parts: number; bytes: number }> {
  const { rows } = await database.pool.query<{ rows: number; parts: number; bytes: number }>(
    `select (select count(*) from blobs)::integer as rows, (select count(*) from blob_parts)::integer as parts,
            coalesce((select sum(bytes) from blob_usage), 0)::integer as bytes`,
  )
  return rows[0]!
}
