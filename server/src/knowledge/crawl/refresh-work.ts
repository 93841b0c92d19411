// The timer of a source that is fetched again and again. It may be early: the source says when it is due.
import type { Core } from '../../calls/core.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { Outcome, WorkKind } from '../../work/port.ts'
import { lockSourceRows } from '../ingest/rows.ts'
import { startCrawl } from './crawls.ts'
import { refresh_source_work } from './finish.ts'

const dueStatement = statement(
  'find_due_refresh',
  `select next_refresh_at, next_refresh_at <= clock_timestamp() as is_due from sources where organization_id = $1 and id = $2`,
)

export function refreshWork({ ports }: Core): WorkKind {
  return {
    name: refresh_source_work,
    lease_ms: 30_000,
    delays_ms: [5000, 30_000, 60_000],
    share: { node: 8, organization: 4, owner: 4 },
    async run({ subject }, port): Promise<Outcome> {
      const again_at = await port.commit((tx) => refresh(tx, ports, subject))
      return { next: again_at === null ? 'done' : { again_at } }
    },
    giveUp: null,
  }
}

/** Answers when it is due instead; null: it has started, or is never due. The end of the crawl plans the next one. */
async function refresh(tx: TransactionStore, ports: Core['ports'], source_id: string): Promise<string | null> {
  if ((await lockSourceRows(tx, [source_id])).length === 0) return null
  const values = [tx.organization_id, source_id]
  const [row] = await tx.query<{ next_refresh_at: string | null; is_due: boolean }>(dueStatement, values)
  if (!row || row.next_refresh_at === null) return null
  if (!row.is_due) return row.next_refresh_at
  await startCrawl(tx, ports, { source_id })
  return null
}
