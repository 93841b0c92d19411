// What an operator sees and removes directly in the database, without a credential.
import type { Database } from '../database/database.ts'
import { openStore } from '../database/store.ts'
import { notFound } from '../base/errors.ts'
import { requireOrganization } from './administration.ts'
import { systemPorts } from '../base/ports.ts'
import { byCommand, newValue, tell, tellEach } from './audit.ts'
import * as queries from './queries.ts'
import { moveOrganization } from './change-organization.ts'
import { removeKey } from './keys.ts'
import { holdMember, removeMember } from './members.ts'
import { type PlacedOrganization, selectOrganizations } from './organization-rows.ts'
import { lockTokensOf } from './sign-in/users.ts'

/** Oldest first. */
export function listOrganizations(database: Database): Promise<PlacedOrganization[]> {
  return selectOrganizations(database)
}

/** With all below it. `parent`: slug or id; null: to the top. Throws `not_found`, and what its new place forbids. */
export async function moveOrganizationTo(
  database: Database,
  { organization, parent }: { organization: string; parent: string | null },
): Promise<PlacedOrganization> {
  const { id } = await requireOrganization(database, organization)
  const parent_id = parent === null ? null : (await requireOrganization(database, parent)).id
  return openStore(database, id).transaction(async (store) => {
    const moved = await moveOrganization(store, parent_id)
    const target = { type: 'organization', id, name: moved.name } as const
    await tell(store, systemPorts, id, byCommand('parley org move', target, [newValue('parent_id', parent_id)]))
    return moved
  })
}

const page_size = 500

async function* readAll<Row>(
  read: (request: queries.PageRequest) => Promise<Row[]>,
  positionOf: (row: Row) => NonNullable<queries.PageRequest['after']>,
): AsyncGenerator<Row> {
  for (let after: queries.PageRequest['after'] = null; ;) {
    const page = await read({ limit: page_size, after })
    yield* page
    if (page.length < page_size) return
    after = positionOf(page.at(-1)!)
  }
}

const ofCredential = ({ created_at, key_id }: queries.CredentialRecord) => ({ time: created_at, key: key_id })

/** Newest first, as all that follow. `organization` is a slug or an id. Throws `not_found`. */
export async function* listMembersOf(database: Database, organization: string): AsyncGenerator<queries.MemberRecord> {
  const { id } = await requireOrganization(database, organization)
  const store = openStore(database, id)
  yield* readAll(
    (request) => queries.selectMembers(store, request),
    ({ created_at, user_id }) => ({ time: created_at, key: user_id }),
  )
}

export async function* listKeysOf(database: Database, organization: string): AsyncGenerator<queries.CredentialRecord> {
  const { id } = await requireOrganization(database, organization)
  const store = openStore(database, id)
  yield* readAll((request) => queries.selectOrganizationKeys(store, request), ofCredential)
}

export async function* listTokensOf(database: Database, email: string): AsyncGenerator<queries.CredentialRecord> {
  const { id } = await requireUser(database, email)
  yield* readAll((request) => queries.selectTokens(database, id, request), ofCredential)
}

/** The user remains, with their other memberships. Throws `not_found`. */
export async function deleteUserFrom(
  database: Database,
  { email, organization }: { email: string; organization: string },
): Promise<queries.MemberRecord> {
  const { id } = await requireOrganization(database, organization)
  const user = await requireUser(database, email)
  return openStore(database, id).transaction(async (store) => {
    const member = await holdMember(store, user.id)
    if (!member) throw notFound(`Member "${email}"`)
    await removeMember(store, member)
    const target = { type: 'member', id: user.id, name: user.email } as const
    await tell(store, systemPorts, id, byCommand('parley user delete', target))
    return member
  })
}

/** Throws `not_found`. */
export async function deleteKeyOf(
  database: Database,
  { key_id, organization }: { key_id: string; organization: string },
): Promise<void> {
  const { id } = await requireOrganization(database, organization)
  await openStore(database, id).transaction(async (store) => {
    const key = await queries.lockOrganizationKey(store, key_id)
    if (!key) throw notFound(`Key "${key_id}"`)
    await removeKey(store, key)
    const target = { type: 'organization_key', id: key_id, name: null } as const
    await tell(store, systemPorts, id, byCommand('parley key delete', target))
  })
}

/** Throws `not_found`. */
export async function deleteTokenOf(
  database: Database,
  { key_id, email }: { key_id: string; email: string },
): Promise<void> {
  const user = await requireUser(database, email)
  await database.transaction(async (tx) => {
    await lockTokensOf(tx, user.id)
    if (!(await queries.deleteTokenRow(tx, user.id, key_id))) throw notFound(`Token "${key_id}"`)
    const target = { type: 'personal_access_token', id: key_id, name: null } as const
    await tellEach(tx, systemPorts, user.id, byCommand('parley token delete', target))
  })
}

async function requireUser(database: Database, email: string): Promise<queries.UserRecord> {
  const user = await queries.findUser(database, email)
  if (!user) throw notFound(`User "${email}"`)
  return user
}
