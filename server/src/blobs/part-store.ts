// Where the parts of blobs are: in the database, or in a store beside it. Knows nothing of what a part belongs to.
import type { Executor } from '../database/database.ts'

export interface PartStore {
  readonly name: 'postgres' | 's3'
  /** Of each part but the last; one is held in memory while it is written. */
  readonly part_bytes: number
  /** False: its blob is not being written any more. Otherwise its row counts the part before the store has it. */
  write(database: Executor, part: NewPart, signal: AbortSignal): Promise<boolean>
  /** Null without one. */
  read(database: Executor, key: string, position: number): Promise<Buffer | null>
  /** Resolves once the store confirms that none of the parts is there any more. */
  delete(database: Executor, key: string, parts: number, signal: AbortSignal): Promise<void>
}

export interface NewPart {
  organization_id: string
  blob_id: string
  key: string
  position: number
  bytes: Buffer
}

/** Those that this server can reach. */
export type PartStores = Readonly<Partial<Record<PartStore['name'], PartStore>>>
