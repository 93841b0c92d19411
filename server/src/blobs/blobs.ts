// Bytes behind a port: files, their texts, attachments of messages. Where they are is a setting; what exists is in the database.
import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import type { Ports } from '../base/ports.ts'
import type { Config } from '../config/config.ts'
import type { RootStore, Store, TransactionStore } from '../database/store.ts'
import { addDeletion } from './add-deletion.ts'
import type { PartStore, PartStores } from './part-store.ts'
import { cutIntoParts } from './rules/parts.ts'
import { postgresParts } from './postgres-parts.ts'
import { openS3Parts } from './s3-parts.ts'
import * as queries from './queries.ts'
import { blobSettings, blobStoreSettings } from './settings.ts'

const day_ms = 24 * 3_600_000

export interface StoredBlob {
  id: string
  bytes: number
  sha256: Buffer
}

export interface Blobs {
  /**
   * Stores all of it or nothing. Its row is committed before its bytes; a blob that nothing keeps within `unkept_ms`, by default a day,
   * is deleted. Throws `BlobTooLarge` as soon as there are more than `max_bytes`, `BlobQuotaExceeded`, or the signal's reason.
   */
  put(
    store: RootStore,
    content: AsyncIterable<Uint8Array>,
    options: { max_bytes: number; signal: AbortSignal; unkept_ms?: number },
  ): Promise<StoredBlob>
  /** In pieces. Throws `BlobMissing`. */
  open(store: RootStore, id: string): AsyncIterable<Buffer>
  /** It is not needed after all: deletes it, unless something keeps it. */
  discard(store: RootStore, id: string): Promise<void>
  /** Where new ones go. */
  readonly store: PartStore
  readonly stores: PartStores
}

export class BlobTooLarge extends Error {
  constructor(max_bytes: number) {
    super(`the content has more than ${max_bytes} bytes`)
  }
}

/** The organization would store more than PARLEY_LIMIT_STORED_BYTES_OF_ORGANIZATION. */
export class BlobQuotaExceeded extends Error {
  constructor() {
    super('the organization stores as many bytes as it may')
  }
}

export class BlobMissing extends Error {
  constructor(id: string) {
    super(`blob ${id} does not exist`)
  }
}

/**
 * In the commit that refers to it, once for each reference. Throws `BlobMissing` if it was deleted meanwhile, or belongs to another
 * organization.
 */
export async function keepBlob(tx: TransactionStore, id: string): Promise<void> {
  if (!(await queries.countUse(tx, id))) throw new BlobMissing(id)
}

/** Throws `BlobMissing`. */
export async function findStoredBlob(store: Store, id: string): Promise<StoredBlob> {
  const found = await queries.findBlob(store, id)
  if (found === null) throw new BlobMissing(id)
  return { id, bytes: found.bytes, sha256: found.sha256 }
}

/** In the commit with which a reference ends. After the last one its bytes are deleted at once, and again until the store confirms. */
export function dropBlob(tx: TransactionStore, id: string): void {
  dropBlobs(tx, [id])
}

/** Each id as often as references to it end. */
export function dropBlobs(tx: TransactionStore, ids: readonly string[]): void {
  if (ids.length === 0) return
  queries.dropUses(tx, ids)
  addDeletion(tx)
}

/** In a commit that finds out that nothing will refer to it: its bytes are deleted at once, unless something keeps it. */
export async function discardBlob(tx: TransactionStore, id: string): Promise<void> {
  if (await queries.expireBlob(tx, id)) addDeletion(tx)
}

export interface BlobOptions {
  config: Pick<Config, 'of'>
  ports: Ports
  log: Logger
}

export function createBlobs({ config, ports, log }: BlobOptions): Blobs & AsyncDisposable {
  const { stored_bytes_of_organization } = config.of(blobSettings)
  const where = config.of(blobStoreSettings)
  const s3 = where.s3 && openS3Parts(where.s3, ports)
  const stores: PartStores = { postgres: postgresParts, ...(s3 ? { s3 } : {}) }
  const part_store = stores[where.store]!
  const discard: Blobs['discard'] = (store, id) => store.transaction((tx) => discardBlob(tx, id))
  return {
    store: part_store,
    stores,
    async put(store, content, { max_bytes, signal, unkept_ms = day_ms }) {
      const id = ports.newId()
      const place = { store: part_store.name, key: ports.newId(), part_bytes: part_store.part_bytes }
      if (!(await queries.beginBlob(store, { id, ...place }, stored_bytes_of_organization)))
        throw new BlobQuotaExceeded()
      try {
        await ports.reached?.('blob.begun')
        const blob = { organization_id: store.organization_id, blob_id: id, key: place.key }
        const written = await writeParts(part_store, store, blob, content, { max_bytes, signal, ports })
        await ports.reached?.('blob.written')
        const outcome = await queries.finishBlob(store, { id, ...written, unkept_ms }, stored_bytes_of_organization)
        if (outcome === 'full') throw new BlobQuotaExceeded()
        if (outcome === 'gone') throw new BlobMissing(id)
        await ports.reached?.('blob.stored')
        return { id, ...written }
      } catch (error) {
        await discard(store, id).catch((cause: unknown) => {
          log.debug({ err: cause }, 'could not discard an unfinished blob; it expires within an hour')
        })
        throw error
      }
    },
    open: (store, id) => readParts(stores, store, id),
    discard,
    [Symbol.asyncDispose]: async () => s3?.[Symbol.asyncDispose](),
  }
}

export interface Writing {
  max_bytes: number
  signal: AbortSignal
  ports: Pick<Ports, 'reached'>
}

/** Holds one part in memory. */
export async function writeParts(
  part_store: PartStore,
  store: RootStore,
  blob: { organization_id: string; blob_id: string; key: string },
  content: AsyncIterable<Uint8Array>,
  { max_bytes, signal, ports }: Writing,
): Promise<{ bytes: number; sha256: Buffer }> {
  const hash = createHash('sha256')
  let bytes = 0
  let position = 0
  const within = async function* () {
    for await (const piece of content) {
      signal.throwIfAborted()
      bytes += piece.length
      if (bytes > max_bytes) throw new BlobTooLarge(max_bytes)
      yield piece
    }
  }
  for await (const part of cutIntoParts(within(), part_store.part_bytes)) {
    signal.throwIfAborted()
    hash.update(part)
    if (!(await part_store.write(store, { ...blob, position, bytes: part }, signal)))
      throw new BlobMissing(blob.blob_id)
    await ports.reached?.('blob.part')
    position += 1
  }
  return { bytes, sha256: hash.digest() }
}

/** A blob that moves to another store while it is read goes on from there. */
async function* readParts(stores: PartStores, store: RootStore, id: string): AsyncGenerator<Buffer> {
  let place = await queries.findBlob(store, id)
  let offset = 0
  while (place !== null && offset < place.bytes) {
    const { key, part_bytes } = place
    const part_store = stores[place.store]
    if (!part_store) throw new Error(`blob ${id} is in the store ${place.store}, which is not configured`)
    const part = await part_store.read(store, key, Math.floor(offset / part_bytes))
    if (part === null) {
      place = await queries.findBlob(store, id)
      if (place?.key === key) throw new Error(`blob ${id} has no part at ${offset}`)
      continue
    }
    const piece = part.subarray(offset % part_bytes)
    if (piece.length === 0) throw new Error(`blob ${id} has an incomplete part at ${offset}`)
    offset += piece.length
    yield piece
  }
  if (place === null) throw new BlobMissing(id)
}
