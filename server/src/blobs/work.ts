// Deletes what nothing refers to: unfinished blobs after an hour, others after a day or at once, until their store confirms it.
import type { Ports } from '../base/ports.ts'
import type { Database } from '../database/database.ts'
import { everyMinute } from '../work/every-minute.ts'
import type { WorkKind, WorkPort } from '../work/port.ts'
import { addDeletionOf, delete_blobs_work } from './add-deletion.ts'
import type { PartStores } from './part-store.ts'
import { type Expired, findOrganizationsOfExpired, removeBlobs, takeExpired } from './queries.ts'

const seconds = 1000
const minutes = 60 * seconds

const taken_at_once = 32
/** Of one run; another follows at once. */
const most_looks = 100
const organizations_at_once = 1000
const first_id = '00000000-0000-0000-0000-000000000000'

interface Deleting {
  database: Database
  stores: PartStores
  ports: Pick<Ports, 'reached'>
}

export function blobWork(deleting: Deleting): WorkKind[] {
  const { database } = deleting
  return [
    {
      name: delete_blobs_work,
      lease_ms: 30 * seconds,
      delays_ms: [5 * seconds, 30 * seconds, 2 * minutes, 10 * minutes, 60 * minutes],
      share: { node: 2, organization: 1, owner: 1 },
      run: (_item, port) => deleteExpired(deleting, port),
      giveUp: null,
    },
    everyMinute('expire_blobs', () => expireBlobs(database)),
  ]
}

/** What expires without a commit that says so. */
export function expireBlobs(database: Database): Promise<void> {
  return database.transaction(async (tx) => {
    for (const organization_id of await findOrganizationsOfExpired(tx, organizations_at_once)) {
      addDeletionOf(tx, organization_id)
    }
  })
}

async function deleteExpired(deleting: Deleting, port: WorkPort) {
  let after = first_id
  let failed = 0
  for (let looks = 0; looks < most_looks; looks += 1) {
    const taken = await port.commit((tx) => takeExpired(tx, after, taken_at_once))
    if (taken.length === 0) {
      return { next: failed === 0 ? ('done' as const) : { retry: `${failed} blobs could not be deleted.` } }
    }
    await deleting.ports.reached?.('blob.taken')
    after = taken.at(-1)!.id
    const erased: string[] = []
    for (const blob of taken) if (await erase(deleting, blob, port)) erased.push(blob.id)
    failed += taken.length - erased.length
    await deleting.ports.reached?.('blob.erased')
    if (erased.length > 0) await port.commit(async (tx) => removeBlobs(tx, erased))
  }
  return { next: { again_in_ms: 0 } }
}

async function erase({ database, stores }: Deleting, blob: Expired, { signal, log }: WorkPort): Promise<boolean> {
  if (blob.is_of_original) return true
  try {
    const store = stores[blob.store]
    if (!store) throw new Error(`the store ${blob.store} is not configured`)
    await store.delete(database, blob.key, blob.parts, signal)
    return true
  } catch (error) {
    signal.throwIfAborted()
    log.warn({ err: error, blob_id: blob.id }, 'could not delete a blob; retrying')
    return false
  }
}
