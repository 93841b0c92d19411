// The SQL of views: a partner's member who looks at an organization below. A row is a view that has not ended.
import {
  type AnyStatement,
  type Executor,
  type Pipeline,
  acrossOrganizations,
  statement,
} from '../database/database.ts'
import type { Store } from '../database/store.ts'
import { appendAuditInOrder } from '../audit/append.ts'
import { type AuditChange, type NewAuditEntry, systemActor, systemOrigin } from '../audit/entry.ts'
import { systemPorts } from '../base/ports.ts'
import { type Told, newValue } from './audit.ts'
import { addOrganizationEvent } from '../organization-events/organization-events.ts'
import type { FoundView } from './rules/view.ts'
import { standingOf } from './standing.ts'

/** A part of a statement: the view `v` with what decides about it, as an object. */
export const judgedView = (condition: string) => `(
  select jsonb_build_object('id', v.id, 'organization_id', v.organization_id, 'partner_id', v.partner_id, 'partner_name', p.name,
    'expires_at', to_char(v.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'is_over', v.expires_at <= clock_timestamp(),
    'role', vm.role, 'is_below', v.partner_id = any(child.ancestors), 'partner_access', child.settings -> 'partner_access',
    'standing', ${standingOf('v.organization_id')}, 'partner_standing', ${standingOf('v.partner_id')})
  from partner_views v
  join organizations child on child.id = v.organization_id
  join organizations p on p.id = v.partner_id
  left join members vm on vm.organization_id = v.partner_id and vm.user_id = v.user_id
  where ${condition})`

export interface ViewOfToken {
  secret_hash: Buffer
  user_id: string
  email: string
  name: string | null
  view: FoundView
}

const findStatement = statement(
  'find_view_of_token',
  `select t.secret_hash, t.user_id, u.email, u.name, ${judgedView('v.id = t.id')} as view
   from partner_views t join users u on u.id = t.user_id where t.key_id = $1`,
)

export async function findViewOfToken(executor: Executor, key_id: string): Promise<ViewOfToken | undefined> {
  const [found] = await executor.query<ViewOfToken>(findStatement, [key_id])
  return found
}

const viewColumns = `v.id, v.organization_id, v.partner_id, v.user_id, u.name as user_name, v.reason, v.expires_at,
     p.name as partner_name, o.name as organization_name
   from v join users u on u.id = v.user_id join organizations p on p.id = v.partner_id join organizations o on o.id = v.organization_id`

export interface NewView {
  id: string
  /** That is looked at. */
  organization_id: string
  partner_id: string
  user_id: string
  /** Null: of a session. */
  token: { key_id: string; secret_hash: Buffer } | null
  reason: string
  minutes: number
}

interface ViewRow {
  id: string
  organization_id: string
  partner_id: string
  user_id: string
  user_name: string | null
  reason: string
  expires_at: string
  partner_name: string
  organization_name: string
}

const insertStatement = statement(
  'insert_view',
  `with v as (
     insert into partner_views (id, organization_id, partner_id, user_id, key_id, secret_hash, reason, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(mins => $8)) returning *)
   select ${viewColumns}`,
)

/** Who begins or ends a view, in both audit logs. */
export type Viewing = Pick<Told, 'action' | 'actor' | 'origin'>

/** Both organizations learn of it. `tell` writes it into both audit logs, last in the transaction. */
export async function insertView(
  tx: Executor & Pipeline,
  view: NewView,
): Promise<{ expires_at: string; tell: (by: Viewing) => Promise<void> }> {
  const { id, organization_id, partner_id, user_id, token, reason, minutes } = view
  const values = [id, organization_id, partner_id, user_id, token?.key_id ?? null, token?.secret_hash ?? null]
  const [row] = await tx.query<ViewRow>(insertStatement, [...values, reason, minutes])
  for (const home of [organization_id, partner_id]) {
    const data = { ...describe(row!), reason, expires_at: row!.expires_at }
    addOrganizationEvent(tx, { organization_id: home, type: 'view_as.started', subject: id, data })
  }
  const changes = [newValue('view_id', id), newValue('reason', reason), newValue('minutes', minutes)]
  return { expires_at: row!.expires_at, tell: (by) => appendAuditInOrder(tx, entriesOf([row!], by, changes)) }
}

/** In both logs. */
function entriesOf(
  rows: readonly ViewRow[],
  { origin, ...by }: Viewing,
  changes: readonly AuditChange[],
): NewAuditEntry[] {
  return rows.flatMap((row) => {
    const on_behalf_of = { type: 'organization', id: row.partner_id, name: row.partner_name } as const
    const target = { type: 'organization', id: row.organization_id, name: row.organization_name } as const
    const entry = { ...by, ...origin, on_behalf_of, target, changes }
    return [row.organization_id, row.partner_id].map((home) => ({
      ...{ ...entry, id: systemPorts.newId(), organization_id: home },
    }))
  })
}

const bySystem: Viewing = { action: 'view_as.ended', actor: systemActor, origin: systemOrigin }

function describe({ id, organization_id, partner_id, user_id, user_name }: ViewRow) {
  return { view_id: id, organization_id, partner_id, viewer: { user_id, name: user_name } }
}

const countStatement = statement(
  'count_views_of_partner',
  'select count(*) from partner_views where partner_id = $1 and organization_id is not null and expires_at > now()',
)

export async function countViewsOf(partner: Store): Promise<number> {
  const [row] = await partner.query<{ count: number }>(countStatement, [partner.organization_id])
  return row!.count
}

const ended = `with v as (
     delete from partner_views where id = any(array(select id from partner_views w where`
const returned = `returning *)
   select ${viewColumns}`
// Those who end several lock them in one order.
const locked = 'order by w.id for update))'

const endStatement = statement(
  'end_view',
  `${ended} w.id = $2 and (w.organization_id = $1 or w.partner_id = $1) ${locked} ${returned}`,
)

/**
 * Returns the entries of the audit log, which come last in the transaction. None: it has ended, or was never one of this organization.
 * `of`: the organization that looks or is looked at.
 */
export async function endView(
  tx: Executor & Pipeline,
  of: string,
  id: string,
  by?: Viewing,
): Promise<readonly NewAuditEntry[]> {
  return tellEnded(tx, await tx.query<ViewRow>(endStatement, [of, id]), 'ended', by)
}

const endOfUserStatement = acrossOrganizations(
  'a user may look at several organizations',
  'end_views_of_user',
  `${ended} w.user_id = $1 ${locked} ${returned}`,
)

/** When their other credentials end. Returns what `endView` does. */
export async function endViewsOf(tx: Executor & Pipeline, user_id: string): Promise<readonly NewAuditEntry[]> {
  return tellEnded(tx, await tx.query<ViewRow>(endOfUserStatement, [user_id]), 'ended')
}

const endOfOrganizationStatement = statement(
  'end_views_of_organization',
  `${ended} (w.organization_id = $1 or w.partner_id = $1) ${locked} ${returned}`,
)
const endIntoOrganizationStatement = statement(
  'end_views_into_organization',
  `${ended} w.organization_id = $1 ${locked} ${returned}`,
)

/** When nobody may look at it any more. Last in the transaction. */
export async function endViewsOfOrganization(tx: Executor & Pipeline, organization_id: string): Promise<void> {
  await endRefused(tx, endOfOrganizationStatement, organization_id)
}

/** When it lets no partner look any more; its own members may go on looking at others. Last in the transaction. */
export async function endViewsInto(tx: Executor & Pipeline, organization_id: string): Promise<void> {
  await endRefused(tx, endIntoOrganizationStatement, organization_id)
}

async function endRefused(tx: Executor & Pipeline, ending: AnyStatement, organization_id: string): Promise<void> {
  await appendAuditInOrder(tx, tellEnded(tx, await tx.query<ViewRow>(ending, [organization_id]), 'refused'))
}

const expireStatement = acrossOrganizations(
  'views of all organizations expire',
  'expire_views',
  `${ended} w.expires_at < clock_timestamp() order by w.expires_at limit $1 for update skip locked)) ${returned}`,
)

/** Returns whether there may be more. */
export async function expireViews(tx: Executor & Pipeline, most: number): Promise<boolean> {
  const rows = await tx.query<ViewRow>(expireStatement, [most])
  await appendAuditInOrder(tx, tellEnded(tx, rows, 'expired'))
  return rows.length === most
}

function tellEnded(
  tx: Pipeline,
  rows: readonly ViewRow[],
  cause: 'ended' | 'expired' | 'refused',
  by = bySystem,
): readonly NewAuditEntry[] {
  for (const row of rows) {
    for (const home of [row.organization_id, row.partner_id]) {
      const data = { ...describe(row), cause }
      addOrganizationEvent(tx, { organization_id: home, type: 'view_as.ended', subject: row.id, data })
    }
  }
  return entriesOf(rows, by, [newValue('cause', cause)])
}

export interface ActiveView {
  id: string
  organization_id: string
  partner_id: string
  partner_name: string
  user_id: string
  email: string
  name: string | null
  reason: string
  created_at: string
  expires_at: string
}

const most_listed = 100
const listStatement = statement(
  'list_views',
  `select v.id, v.organization_id, v.partner_id, p.name as partner_name, v.user_id, u.email, u.name, v.reason, v.created_at, v.expires_at
   from partner_views v join users u on u.id = v.user_id join organizations p on p.id = v.partner_id
   where v.organization_id = $1 and v.expires_at > now() order by v.created_at desc, v.id desc limit $2`,
)

export function selectViews(store: Store): Promise<ActiveView[]> {
  return store.query(listStatement, [store.organization_id, most_listed])
}
