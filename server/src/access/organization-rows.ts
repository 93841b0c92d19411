// The SQL of organizations: one of them by its id or slug, and changes. None but the purge sees one that is deleted.
import type { Input, OrganizationStatus, Output } from '@parley/contract'
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import { notFound } from '../base/errors.ts'
import { refusalOfPlace } from './rules/places.ts'

export type OrganizationRecord = Output<'getOrganization'>

/** Its place in the tree, too. */
export interface PlacedOrganization extends OrganizationRecord {
  parent_id: string | null
  status: OrganizationStatus
}

const columns = 'id, name, slug, created_at, settings'
const placedColumns = `${columns}, parent_id, status`

const lockStatement = statement(
  'lock_organization',
  'select from organizations where organizations.id = $1 for no key update',
)

/** Until the transaction ends, no other transaction can add keys, members or invitations, so they can be counted. */
export async function lockOrganization(store: Store): Promise<void> {
  await store.query(lockStatement, [store.organization_id])
}

export interface NewOrganization {
  id: string
  name: string
  slug: string
  parent_id?: string | null
  /** The user who creates it for themselves. */
  created_by?: string | null
}

const insertStatement = acrossOrganizations(
  'it creates one',
  'insert_organization',
  `insert into organizations (id, name, slug, parent_id, created_by, settings) values ($1, $2, $3, $4, $5, '{}')
   on conflict (slug) do nothing returning ${placedColumns}`,
)

/** Creates an organization; undefined if its slug exists. Throws what its place in the tree forbids. */
export async function insertOrganization(
  executor: Executor,
  { id, name, slug, parent_id = null, created_by = null }: NewOrganization,
): Promise<PlacedOrganization | undefined> {
  const values = [id, name, slug, parent_id, created_by]
  try {
    const [organization] = await executor.query<PlacedOrganization>(insertStatement, values)
    return organization
  } catch (error) {
    throw refusalOfPlace(error) ?? error
  }
}

const countCreatedStatement = acrossOrganizations(
  'of all that a user has created',
  'count_created_organizations',
  'select count(*) from organizations where created_by = $1 and deleted_at is null',
)

export async function countCreatedBy(executor: Executor, user_id: string): Promise<number> {
  const [row] = await executor.query<{ count: number }>(countCreatedStatement, [user_id])
  return row!.count
}

const readStatement = statement(
  'read_organization',
  `select ${columns} from organizations where organizations.id = $1 and deleted_at is null`,
)
const findBySlugStatement = acrossOrganizations(
  'it finds the organization',
  'find_organization_by_slug',
  `select ${columns} from organizations where slug = $1 and deleted_at is null`,
)

/** For operators, who can access any organization. */
export async function findOrganization(
  executor: Executor,
  column: 'id' | 'slug',
  value: string,
): Promise<OrganizationRecord | undefined> {
  const finding = column === 'id' ? readStatement : findBySlugStatement
  const [organization] = await executor.query<OrganizationRecord>(finding, [value])
  return organization
}

const findFirstStatement = acrossOrganizations(
  'it finds the oldest organization',
  'find_first_organization',
  `select ${columns} from organizations where deleted_at is null order by created_at, id limit 1`,
)

/** The oldest organization. */
export async function findFirstOrganization(executor: Executor): Promise<OrganizationRecord | undefined> {
  const [organization] = await executor.query<OrganizationRecord>(findFirstStatement, [])
  return organization
}

const listStatement = acrossOrganizations(
  'for the operator of the server',
  'list_organizations',
  `select ${placedColumns} from organizations where deleted_at is null order by created_at, id`,
)

/** All of them, oldest first. */
export function selectOrganizations(executor: Executor): Promise<PlacedOrganization[]> {
  return executor.query(listStatement, [])
}

export async function readOrganization(store: Store): Promise<OrganizationRecord> {
  const [organization] = await store.query<OrganizationRecord>(readStatement, [store.organization_id])
  return organization!
}

const slugStatement = acrossOrganizations(
  'slugs are unique across all organizations',
  'find_slug',
  'select deleted_at is not null as is_reserved from organizations where slug = $1',
)

/** Null: it is free. */
export async function findSlug(executor: Executor, slug: string): Promise<'taken' | 'reserved' | null> {
  const [found] = await executor.query<{ is_reserved: boolean }>(slugStatement, [slug])
  if (!found) return null
  return found.is_reserved ? 'reserved' : 'taken'
}

const lockRowStatement = statement(
  'lock_organization_row',
  `select ${placedColumns} from organizations where organizations.id = $1 and deleted_at is null for no key update`,
)

/** The organization as it is until the transaction ends. */
export async function lockOrganizationRow(store: Store): Promise<PlacedOrganization | undefined> {
  const [organization] = await store.query<PlacedOrganization>(lockRowStatement, [store.organization_id])
  return organization
}

const writeStatement = statement(
  'write_organization',
  `update organizations
   set name = coalesce($2, name), slug = coalesce($3, slug), settings = coalesce($4::jsonb, settings), status = coalesce($5, status)
   where organizations.id = $1 and deleted_at is null returning ${placedColumns}`,
)

export type OrganizationChange = Input<'updateOrganization'> & { status?: OrganizationStatus | null }

export async function writeOrganization(
  store: Store,
  { name, slug, settings, status }: OrganizationChange,
): Promise<PlacedOrganization> {
  const values = [name ?? null, slug ?? null, settings ? JSON.stringify(settings) : null, status ?? null]
  const [organization] = await store.query<PlacedOrganization>(writeStatement, [store.organization_id, ...values])
  return organization!
}

const lockTreeStatement = acrossOrganizations(
  'the tree is one',
  'lock_organization_tree',
  'select lock_organization_tree()',
)
const moveStatement = statement(
  'move_organization',
  `update organizations set parent_id = $2 where organizations.id = $1 and deleted_at is null returning ${placedColumns}`,
)

/** Whether anything else of the tree changes is decided after this transaction. Before any row is locked. */
export async function lockTree(executor: Executor): Promise<void> {
  await executor.query(lockTreeStatement, [])
}

/** With all below it. Throws what its new place forbids. */
export async function moveOrganizationRow(
  store: Store,
  parent_id: string | null,
): Promise<{ before: PlacedOrganization; after: PlacedOrganization }> {
  await lockTree(store)
  const before = await lockOrganizationRow(store)
  if (!before) throw notFound('Organization')
  try {
    const [after] = await store.query<PlacedOrganization>(moveStatement, [store.organization_id, parent_id])
    return { before, after: after! }
  } catch (error) {
    throw refusalOfPlace(error) ?? error
  }
}

const deleteStatement = statement(
  'mark_organization_deleted',
  `update organizations set deleted_at = clock_timestamp()
   where organizations.id = $1 returning deleted_at, deleted_at + make_interval(days => $2) as slug_reserved_until`,
)

export async function markOrganizationDeleted(
  store: Store,
  reserved_days: number,
): Promise<{ deleted_at: string; slug_reserved_until: string }> {
  const [marked] = await store.query<{ deleted_at: string; slug_reserved_until: string }>(deleteStatement, [
    store.organization_id,
    reserved_days,
  ])
  return marked!
}

const holdStatement = statement(
  'hold_organization',
  `select ${placedColumns} from organizations where organizations.id = $1 and deleted_at is null for update`,
)

/** As `lockOrganizationRow`, and no child comes to be below it either. */
export async function holdOrganization(store: Store): Promise<PlacedOrganization | undefined> {
  const [organization] = await store.query<PlacedOrganization>(holdStatement, [store.organization_id])
  return organization
}

const hasChildrenStatement = statement(
  'organization_has_children',
  'select from organizations where parent_id = $1 and deleted_at is null and organizations.id <> $1 limit 1',
)

export async function hasChildren(store: Store): Promise<boolean> {
  return (await store.query(hasChildrenStatement, [store.organization_id])).length > 0
}

const removeStatement = statement(
  'remove_organization',
  'delete from organizations where organizations.id = $1 and deleted_at is not null',
)

/** Once nothing belongs to it any more. */
export async function removeOrganization(store: Store): Promise<void> {
  await store.query(removeStatement, [store.organization_id])
}
