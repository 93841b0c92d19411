// Counts of the inbox, each capped, and the tags that are in use.
import { type InboxView, handOffBounds, inboxViews } from '@parley/contract'
import { sql } from '../../database/fragments.ts'
import type { Access } from '../../calls/access.ts'
import { seenBy } from '../../conversations/read/seen-by.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { isOpen, viewCondition } from './page.ts'

const most = handOffBounds.counted

export async function countViews(access: Access, store: Store): Promise<Record<InboxView, number>> {
  const visible = seenBy(access, store)
  const counts = inboxViews.map((view) => {
    const conditions = [sql`h.organization_id = ${store.organization_id}`, viewCondition(access, view), ...visible]
    return sql`(select count(*) from (select from handlings h where ${sql.join(conditions, sql` and `)} limit ${most}) counted)
      as ${sql.ref(view)}`
  })
  const [row] = await store.execute(sql<Record<InboxView, number>>`select ${sql.join(counts)}`)
  return row!
}

/** By the key of the team. */
export async function countTeams(access: Access, store: Store): Promise<Record<string, number>> {
  const { organization_id } = store
  const visible = [sql`h.organization_id = ${organization_id}`, isOpen, ...seenBy(access, store)]
  const rows = await store.execute(sql<{ key: string; count: number }>`
    select t.key, (select count(*) from (
      select from handlings h where h.team_id = t.id and ${sql.join(visible, sql` and `)} limit ${most}) counted) as count
    from teams t where t.organization_id = ${organization_id} and t.deleted_at is null order by t.key`)
  return Object.fromEntries(rows.map(({ key, count }) => [key, count]))
}

const tagsStatement = statement(
  'tags_in_use',
  `select distinct tag from handlings h, unnest(h.tags) tag
   where h.organization_id = $1 and h.ended_at is null and h.tags <> '{}' order by tag limit $2`,
)

/** Of conversations that have not ended. */
export async function listTagsInUse(store: Store): Promise<string[]> {
  const rows = await store.query<{ tag: string }>(tagsStatement, [
    store.organization_id,
    handOffBounds.tags_of_organization,
  ])
  return rows.map(({ tag }) => tag)
}

/** Whether these tags would be more than the organization may have. */
export async function exceedsTags(store: Store, tags: readonly string[]): Promise<boolean> {
  const used = new Set(await listTagsInUse(store))
  const fresh = tags.filter((tag) => !used.has(tag))
  return fresh.length > 0 && used.size + fresh.length > handOffBounds.tags_of_organization
}
