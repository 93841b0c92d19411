// Moves blobs to another store, one commit each, beside a running server. Anyone who reads one meanwhile goes on where it is then.
import type { Logger } from 'pino'
import type { Ports } from '../base/ports.ts'
import { type Database, acrossOrganizations, statement } from '../database/database.ts'
import { type RootStore, openReservedStore } from '../database/store.ts'
import { type Blobs, discardBlob, writeParts } from './blobs.ts'
import type { PartStore } from './part-store.ts'
import { beginBlob } from './queries.ts'

const read_at_once = 100
const first_id = '00000000-0000-0000-0000-000000000000'
/** New files of a server whose setting still names the other store: each pass finds fewer. */
const most_passes = 10

const remainingStatement = acrossOrganizations(
  'an operator moves the files of all organizations',
  'find_blobs_to_move',
  `select organization_id, id, key, bytes, sha256 from blobs
   where store = $1 and store <> $2 and state = 'stored' and id > $3 order by id limit $4`,
)

interface Remaining {
  organization_id: string
  id: string
  key: string
  bytes: number
  sha256: Buffer
}

// The copy gets the place before, and is deleted with it.
const swapStatement = statement(
  'swap_blob_places',
  `with moved as materialized (
     select b.id, b.store, b.key, b.part_bytes, b.parts, b.created_at from blobs b
     where b.organization_id = $1 and b.id = $2 and b.key = $3 and b.state = 'stored' for update
   ), copied as materialized (
     select c.id, c.store, c.key, c.part_bytes, c.parts, c.created_at from blobs c, moved
     where c.organization_id = $1 and c.id = $4 and c.state = 'writing' for update of c
   ), swapped as (
     update blobs b set store = n.store, key = n.key, part_bytes = n.part_bytes, parts = n.parts, created_at = n.created_at
     from (select moved.id, c.store, c.key, c.part_bytes, c.parts, c.created_at from moved, copied c
           union all
           select copied.id, m.store, m.key, m.part_bytes, m.parts, m.created_at from copied, moved m) n
     where b.organization_id = $1 and b.id = n.id returning b.id
   )
   select count(*) = 2 as is_moved from swapped`,
)

export interface MoveOptions {
  database: Database
  blobs: Pick<Blobs, 'open' | 'stores'>
  ports: Ports
  log: Pick<Logger, 'debug'>
  to: PartStore['name']
  /** Called after each commit. */
  onMoved?: (moved: Moved) => void
}

export interface Moved {
  blobs: number
  bytes: number
}

/** Broken off anywhere, it goes on where it was; what it had copied by half expires. */
export async function moveBlobs(options: MoveOptions): Promise<Moved> {
  const { database, blobs, to, onMoved } = options
  const target = blobs.stores[to]
  if (!target) throw new Error(`the store ${to} is not configured`)
  const from = to === 's3' ? 'postgres' : 's3'
  const sum: Moved = { blobs: 0, bytes: 0 }
  for (let passes = 0; passes < most_passes; passes += 1) {
    const before = sum.blobs
    for (let after = first_id; ;) {
      const remaining = await database.query<Remaining>(remainingStatement, [from, to, after, read_at_once])
      if (remaining.length === 0) break
      for (const blob of remaining) {
        if (!(await moveBlob(options, target, blob))) continue
        sum.blobs += 1
        sum.bytes += blob.bytes
        onMoved?.({ ...sum })
      }
      after = remaining.at(-1)!.id
    }
    if (sum.blobs === before) break
  }
  return sum
}

/** False: it was deleted or moved meanwhile. */
async function moveBlob(
  { database, blobs, ports, log }: MoveOptions,
  target: PartStore,
  blob: Remaining,
): Promise<boolean> {
  const { organization_id } = blob
  const store = openReservedStore(database, organization_id)
  const copy = { id: ports.newId(), key: ports.newId(), store: target.name, part_bytes: target.part_bytes }
  await beginBlob(store, copy, Number.MAX_SAFE_INTEGER)
  try {
    await ports.reached?.('blob.move.begun')
    const named = { organization_id, blob_id: copy.id, key: copy.key }
    const writing = { max_bytes: blob.bytes, signal: new AbortController().signal, ports }
    const { sha256 } = await writeParts(target, store, named, blobs.open(store, blob.id), writing)
    if (!sha256.equals(blob.sha256)) throw new Error(`blob ${blob.id} is not what was stored: its SHA-256 differs`)
    await ports.reached?.('blob.move.copied')
    return await swap(store, blob, copy.id)
  } catch (error) {
    await discardCopy(store, copy.id).catch((cause: unknown) => log.debug({ err: cause }, 'a copy is left to expire'))
    if (await isGone(store, blob)) return false
    throw error
  }
}

function swap(store: RootStore, { id, key }: Remaining, copy_id: string): Promise<boolean> {
  return store.transaction(async (tx) => {
    const [swapped] = await tx.query<{ is_moved: boolean }>(swapStatement, [tx.organization_id, id, key, copy_id])
    await discardBlob(tx, copy_id)
    return swapped!.is_moved
  })
}

function discardCopy(store: RootStore, copy_id: string): Promise<void> {
  return store.transaction((tx) => discardBlob(tx, copy_id))
}

const sameStatement = statement(
  'is_blob_in_place',
  `select id from blobs where organization_id = $1 and id = $2 and key = $3 and state = 'stored'`,
)

async function isGone(store: RootStore, { id, key }: Remaining): Promise<boolean> {
  return (await store.query(sameStatement, [store.organization_id, id, key])).length === 0
}
