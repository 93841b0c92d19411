// The SQL of the tree as its users see it: the organizations of a user, and those below one. None is deleted.
import type { OrganizationStatus, Role } from '@parley/contract'
import { standingOf } from '../access/access.ts'
import { channel } from '../live/bus.ts'
import { rights_changed } from '../live/shared.ts'
import { type TimePosition, newest } from '../database/cursor.ts'
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'

interface PageRequest {
  limit: number
  after: TimePosition | null
}

export interface JoinedRow {
  id: string
  name: string
  slug: string
  parent_id: string | null
  status: OrganizationStatus
  role: Role
  created_at: string
}

const joinedStatement = statement(
  'list_joined_organizations',
  `select o.id, o.name, o.slug, o.parent_id, o.status, m.role, o.created_at
   from members m join organizations o on o.id = m.organization_id
   where m.user_id = $1 and o.deleted_at is null and (o.created_at, o.id) < ($2, $3)
   order by o.created_at desc, o.id desc limit $4`,
)

export function selectJoined(executor: Executor, user_id: string, { limit, after }: PageRequest): Promise<JoinedRow[]> {
  const { time, key } = after ?? newest
  return executor.query(joinedStatement, [user_id, time, key, limit])
}

const isAdminStatement = statement(
  'is_admin_anywhere',
  `select organization_id from members m where m.user_id = $1 and m.role = 'admin'
     and exists (select from organizations o where o.id = m.organization_id and o.deleted_at is null) limit 1`,
)

export async function isAdminAnywhere(executor: Executor, user_id: string): Promise<boolean> {
  return (await executor.query(isAdminStatement, [user_id])).length > 0
}

const rolesStatement = statement(
  'read_roles_at_or_above',
  `select m.role from organizations o
   join members m on m.user_id = $2 and (m.organization_id = o.id or m.organization_id = any(o.ancestors))
   where o.id = $1 and o.deleted_at is null`,
)

/** The roles of a user in an organization and those above it. */
export async function readRolesAtOrAbove(executor: Executor, id: string, user_id: string): Promise<Role[]> {
  const rows = await executor.query<{ role: Role }>(rolesStatement, [id, user_id])
  return rows.map(({ role }) => role)
}

export interface ChildRow {
  id: string
  name: string
  slug: string
  parent_id: string
  depth: number
  status: OrganizationStatus
  child_count: number
  member_count: number
  created_at: string
}

/** Of organizations `o` below that of `$1`. */
const childColumns = `o.id, o.name, o.slug, o.parent_id,
  cardinality(o.ancestors) - array_position(o.ancestors, $1::uuid) + 1 as depth, o.status,
  (select count(*) from organizations c where c.parent_id = o.id and c.deleted_at is null) as child_count,
  (select count(*) from members m where m.organization_id = o.id) as member_count, o.created_at`
const isBelow = 'o.ancestors @> array[$1::uuid] and o.deleted_at is null'
const newestFirst = '(o.created_at, o.id) < ($3, $4) order by o.created_at desc, o.id desc limit $5'

const childrenStatement = statement(
  'list_child_organizations',
  `select ${childColumns} from organizations o where o.parent_id = $2 and ${isBelow} and ${newestFirst}`,
)

export function selectChildren(
  executor: Executor,
  { own_id, parent_id }: { own_id: string; parent_id: string },
  { limit, after }: PageRequest,
): Promise<ChildRow[]> {
  const { time, key } = after ?? newest
  return executor.query(childrenStatement, [own_id, parent_id, time, key, limit])
}

export interface FoundRow extends ChildRow {
  breadcrumb: { id: string; name: string; slug: string }[]
}

const searchStatement = statement(
  'search_child_organizations',
  `select ${childColumns},
     (select jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'slug', a.slug) order by above.place)
      from unnest(o.ancestors) with ordinality above (id, place) join organizations a on a.id = above.id
      where above.place >= array_position(o.ancestors, $1::uuid)) as breadcrumb
   from organizations o
   where ${isBelow} and (strpos(o.slug, lower($2)) > 0 or strpos(o.id::text, lower($2)) > 0) and ${newestFirst}`,
)

export function searchChildren(
  executor: Executor,
  { own_id, part }: { own_id: string; part: string },
  { limit, after }: PageRequest,
): Promise<FoundRow[]> {
  const { time, key } = after ?? newest
  return executor.query(searchStatement, [own_id, part, time, key, limit])
}

const readStatement = statement(
  'read_child_organization',
  `select ${childColumns} from organizations o where o.id = $2 and ${isBelow}`,
)

export async function readChild(executor: Executor, own_id: string, id: string): Promise<ChildRow | undefined> {
  const [child] = await executor.query<ChildRow>(readStatement, [own_id, id])
  return child
}

const hold = (name: string, strength: string) =>
  acrossOrganizations(
    'the organization is one below the caller’s',
    name,
    `select o.id from organizations o where o.id = $2 and ${isBelow} for ${strength}`,
  )
const holdStatements = {
  read: hold('share_child_organization', 'share'),
  change: hold('hold_child_organization', 'no key update'),
}

/** Until the transaction ends, it stays where it is in the tree. False: it is not below. */
export async function holdChild(
  executor: Executor,
  own_id: string,
  id: string,
  to: keyof typeof holdStatements,
): Promise<boolean> {
  return (await executor.query(holdStatements[to], [own_id, id])).length > 0
}

const viewableStatement = acrossOrganizations(
  'the organization is one below the caller’s',
  'read_consent_of_child',
  `select o.settings -> 'partner_access' as partner_access, ${standingOf('o.id')} as standing
   from organizations o where o.id = $2 and ${isBelow}`,
)

export async function readConsent(executor: Executor, own_id: string, id: string) {
  const [row] = await executor.query<{ partner_access: string | null; standing: 'suspended' | null }>(
    viewableStatement,
    [own_id, id],
  )
  return row!
}

const announceStatement = acrossOrganizations(
  'all below it',
  'announce_rights_below',
  `select pg_notify('${channel}', '${rights_changed.name} ' || o.id) from organizations o
   where o.id = $1 or o.ancestors @> array[$1::uuid]`,
)

/** Open streams there and below are judged again at once. */
export async function announceBelow(executor: Executor, id: string): Promise<void> {
  await executor.query(announceStatement, [id])
}

const overStatement = statement(
  'read_end_of_organization',
  `select deleted_at + make_interval(days => $2) as at, deleted_at < clock_timestamp() - make_interval(days => $2) as is_over,
     exists (select from organizations c where c.parent_id = organizations.id) as has_rows_below
   from organizations where organizations.id = $1 and deleted_at is not null`,
)

export interface EndOfOrganization {
  at: string
  is_over: boolean
  has_rows_below: boolean
}

/** When the row of a deleted organization goes. */
export async function readEnd(executor: Executor, id: string, days: number): Promise<EndOfOrganization | undefined> {
  const [end] = await executor.query<EndOfOrganization>(overStatement, [id, days])
  return end
}
