// Deletes entries that are too old. The hash of the last one remains in the chain, so the entries after it can still be verified.
import { type Database, acrossOrganizations, statement } from '../database/database.ts'
import { everyMinute } from '../work/every-minute.ts'
import type { WorkKind } from '../work/port.ts'

/** In one commit, of all organizations. */
const entries_at_once = 5000
/** Each minute: more than is written in one. */
const commits_at_once = 20

const findStatement = acrossOrganizations(
  'entries are deleted by their age, for all organizations',
  'find_old_audit_entries',
  `select organization_id, max(sequence) as sequence, count(*)::integer as count from (
     select organization_id, sequence from audit_entries
     where occurred_at < clock_timestamp() - make_interval(days => $1) order by occurred_at limit $2) old
   group by organization_id order by organization_id`,
)

const markStatement = statement(
  'mark_purged_audit_entries',
  `update audit_chains c set purged_sequence = e.sequence, purged_hash = e.hash
   from audit_entries e
   where c.organization_id = $1 and e.organization_id = $1 and e.sequence = $2 and c.purged_sequence < e.sequence`,
)

const deleteStatement = statement(
  'delete_purged_audit_entries',
  'delete from audit_entries where organization_id = $1 and sequence <= $2',
)

export function purgeWork(database: Database, days: number): WorkKind {
  return everyMinute('purge_audit_log', async (signal) => {
    for (let commits = 0; commits < commits_at_once && !signal.aborted; commits += 1) {
      if ((await purgeSome(database, days)) < entries_at_once) return
    }
  })
}

/** Returns how many were found. One commit marks and deletes, so no reader sees a gap. */
export async function purgeSome(database: Database, days: number): Promise<number> {
  return database.transaction(async (tx) => {
    const found = await tx.query<{ organization_id: string; sequence: number; count: number }>(findStatement, [
      days,
      entries_at_once,
    ])
    for (const { organization_id, sequence } of found) {
      await tx.query(markStatement, [organization_id, sequence])
      await tx.query(deleteStatement, [organization_id, sequence])
    }
    return found.reduce((sum, { count }) => sum + count, 0)
  })
}
