// The blobs of an organization that is deleted: all expire, and are gone when their store has confirmed it.
import { statement } from '../database/database.ts'
import { type Purge, purgeTable } from '../database/purge.ts'
import { addDeletion } from './add-deletion.ts'

const expireStatement = statement(
  'purge_expire_blobs',
  `with expired as (
     update blobs set uses = 0, expires_at = clock_timestamp()
     where id = any(array(select id from blobs where organization_id = $1
       and (expires_at is null or expires_at > clock_timestamp()) limit $2 for update)) returning 1)
   select count(*) from expired`,
)

const expired: Purge = {
  tables: ['blobs'],
  async run(tx, most) {
    const [row] = await tx.query<{ count: number }>(expireStatement, [tx.organization_id, most])
    if (row!.count > 0) addDeletion(tx)
    return row!.count > 0
  },
}

const leftStatement = statement('purge_blobs_left', 'select from blobs where organization_id = $1 limit 1')
const usage = purgeTable('blob_usage')

/** Deleting blobs counts them off, so this comes after the last one. */
const usageOfNone: Purge = {
  tables: usage.tables,
  run: async (tx, most) =>
    (await tx.query(leftStatement, [tx.organization_id])).length === 0 && (await usage.run(tx, most)),
}

export const purges: readonly Purge[] = [expired, usageOfNone]
