// The SQL that reads the audit log: pages and exports, by filters.
import type { AuditOutcome, AuditTargetType, AuditVia } from '@parley/contract'
import type { Executor } from '../database/database.ts'
import { type Fragment, sql } from '../database/fragments.ts'

export interface AuditFilters {
  readonly actor_id?: string | undefined
  readonly action?: string | undefined
  readonly target_type?: AuditTargetType | undefined
  readonly target_id?: string | undefined
  readonly via?: AuditVia | undefined
  readonly outcome?: AuditOutcome | undefined
  readonly after?: string | undefined
  readonly before?: string | undefined
}

/** As it is stored: the text that the hash covers. */
export interface StoredEntry {
  readonly sequence: number
  readonly entry: string
  readonly hash: string
}

const filtered = ['actor_id', 'action', 'target_type', 'target_id', 'via', 'outcome'] as const

function matching(chain: string, filters: AuditFilters): Fragment {
  const given = filtered.filter((name) => filters[name] !== undefined)
  const conditions = [
    sql`e.organization_id = ${chain}::uuid`,
    ...given.map((name) => sql`${sql.ref(`e.${name}`)} = ${filters[name]}`),
    ...(filters.after === undefined ? [] : [sql`e.occurred_at > ${filters.after}::timestamptz`]),
    ...(filters.before === undefined ? [] : [sql`e.occurred_at < ${filters.before}::timestamptz`]),
  ]
  return sql.join(conditions, sql.raw(' and '))
}

const columns = sql.raw(`e.sequence, e.entry, encode(e.hash, 'hex') as hash`)

/** Newest first. `below`: the last one that the caller has. */
export function listEntries(
  executor: Executor,
  chain: string,
  filters: AuditFilters,
  { below, limit }: { below: number | null; limit: number },
): Promise<StoredEntry[]> {
  const older = below === null ? sql.raw('') : sql`and e.sequence < ${below}`
  return executor.execute(
    sql<StoredEntry>`select ${columns} from audit_entries e where ${matching(chain, filters)} ${older} order by e.sequence desc limit ${limit}`,
  )
}

/** Oldest first, up to `last`. */
export function listEntriesUp(
  executor: Executor,
  chain: string,
  filters: AuditFilters,
  { above, last, limit }: { above: number; last: number; limit: number },
): Promise<StoredEntry[]> {
  return executor.execute(
    sql<StoredEntry>`select ${columns} from audit_entries e where ${matching(chain, filters)}
      and e.sequence > ${above} and e.sequence <= ${last} order by e.sequence limit ${limit}`,
  )
}

/** Counts no further than that, and says which is the newest of all. */
export async function measureEntries(
  executor: Executor,
  chain: string,
  filters: AuditFilters,
  most: number,
): Promise<{ count: number; last: number }> {
  const [found] = await executor.execute(
    sql<{ count: number; last: number }>`select
        (select count(*) from (select from audit_entries e where ${matching(chain, filters)} limit ${most}) found)::integer as count,
        coalesce((select last_sequence from audit_chains where organization_id = ${chain}::uuid), 0) as last`,
  )
  return found!
}
