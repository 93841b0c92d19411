// Bytes behind a port: files, their texts, attachments of messages. Where they are is a setting; what exists is in the database.
import type { RootStore, TransactionStore } from '../database/store.ts'

export interface StoredBlob {
  id: string
  bytes: number
  sha256: Buffer
}

export interface Blobs {
  /**
   * Stores all of it or nothing. Its row is committed before its bytes; a blob that nothing keeps within 24 hours is deleted. Throws
   * `BlobTooLarge` as soon as there are more than `max_bytes`.
   */
  put(
    store: RootStore,
    content: AsyncIterable<Uint8Array>,
    options: { max_bytes: number; signal: AbortSignal },
  ): Promise<StoredBlob>
  /** In pieces. Throws `BlobMissing`. */
  open(store: RootStore, id: string): AsyncIterable<Buffer>
}

export class BlobTooLarge extends Error {
  constructor(max_bytes: number) {
    super(`the content has more than ${max_bytes} bytes`)
  }
}

export class BlobMissing extends Error {
  constructor(id: string) {
    super(`blob ${id} does not exist`)
  }
}

/** In the commit that refers to it. Throws `BlobMissing` if it was deleted meanwhile, or belongs to another organization. */
export async function keepBlob(_tx: TransactionStore, _id: string): Promise<void> {
  throw new Error('not built')
}

/** In the commit with which nothing refers to it any more: its bytes are deleted at once, and again until the store confirms. */
export function dropBlob(_tx: TransactionStore, _id: string): void {
  throw new Error('not built')
}
