// What an operator can do directly in the database, without a credential: organizations, users, tokens, keys.
import { Type, newPassword, operations, type Role, type Scope } from '@parley/contract'
import type { Database } from '../database/database.ts'
import { openStore, openStoreIn, type TransactionStore } from '../database/store.ts'
import { AppError, type FieldFault, invalid, notFound } from '../base/errors.ts'
import { isUuid, type Ports } from '../base/ports.ts'
import { findUnstorable } from '../base/text.ts'
import { compileValidator } from '../base/validation.ts'
import {
  createCredential,
  type CredentialKind,
  describeForm,
  type IssuedCredential,
  issueCredential,
  parseCredential,
} from './rules/credentials.ts'
import { byCommand, newValue, secretChange, tell, tellEach } from './audit.ts'
import { addKey, chooseKeyPower } from './keys.ts'
import { addMember } from './members.ts'
import { createOrganizationIn } from './new-organization.ts'
import * as organizations from './organization-rows.ts'
import * as queries from './queries.ts'
import { mayBeAdded } from './rules/invitation-proof.ts'
import { createPasswords } from './sign-in/passwords.ts'
import { endViewsOf } from './view-rows.ts'
import { endSessionsOf } from './sign-in/sessions.ts'
import * as users from './sign-in/users.ts'

export interface AdministrationServices {
  database: Database
  ports: Pick<Ports, 'newId' | 'randomBytes'>
}

const faultsOf = {
  organization: compileValidator(operations.updateOrganization.body),
  member: compileValidator(operations.createMember.body),
  token: compileValidator(operations.createPersonalAccessToken.body),
  key: compileValidator(operations.createOrganizationKey.body),
  password: compileValidator(Type.Object({ password: newPassword })),
}

export interface OrganizationRequest {
  name: string
  /** Default: derived from the name. */
  slug?: string | undefined
  /** The full text of the admin key. Default: a new key. */
  key?: string | undefined
}

/** Creates an organization with an admin key, without which no one could enter it. Throws `slug_taken`. */
export async function createOrganization(
  { database, ports }: AdministrationServices,
  { name, slug, key }: OrganizationRequest,
): Promise<{ organization: organizations.OrganizationRecord; secret: string }> {
  requireValid(faultsOf.organization, { name, slug: slug ?? null })
  const admin_key = provideCredential('organization_key', { path: 'key', text: key }, ports)
  return database.transaction(async (tx) => {
    const { status: _, parent_id: __, ...organization } = await createOrganizationIn(tx, ports, { name, slug })
    const { text, ...credential } = admin_key
    await insertKey(openStoreIn(tx, organization.id), { ...credential, ...adminPower, name: 'Admin key' })
    const target = { type: 'organization', id: organization.id, name } as const
    const changes = [newValue('slug', organization.slug), newValue('key_id', credential.key_id)]
    await tell(tx, ports, organization.id, byCommand('parley org create', target, changes))
    return { organization, secret: text }
  })
}

const adminPower = { role: 'admin', scopes: null, agent_ids: null, expires_at: null } as const

/** A given credential, or a new one. */
function provideCredential(
  kind: CredentialKind,
  { path, text }: { path: string; text: string | undefined },
  { randomBytes }: Pick<Ports, 'randomBytes'>,
): IssuedCredential {
  if (text === undefined) return createCredential(kind, randomBytes)
  const parsed = parseCredential(text)
  if (parsed?.kind !== kind) throw invalid({ path, message: describeForm(kind) })
  return issueCredential(parsed)
}

const idTaken = (path: string) => invalid({ path, message: 'has the id of another credential; choose a different id' })

async function insertKey(tx: TransactionStore, key: queries.NewOrganizationKey) {
  const record = await addKey(tx, key)
  if (!record) throw idTaken('key')
  return record
}

/** Finds an organization by its id, or else its slug. */
export async function requireOrganization(
  database: Database,
  slug_or_id: string,
): Promise<organizations.OrganizationRecord> {
  const by_id = isUuid(slug_or_id) ? await organizations.findOrganization(database, 'id', slug_or_id) : undefined
  const organization = by_id ?? (await organizations.findOrganization(database, 'slug', slug_or_id))
  if (!organization) throw notFound(`Organization "${slug_or_id}"`)
  return organization
}

export interface UserRequest {
  email: string
  name?: string | null | undefined
  /** Slug or id. */
  organization: string
  role: Role
}

/** Makes a new or existing user a member. Throws `member_exists`, `invitation_needed`. */
export async function createUser(
  { database, ports }: AdministrationServices,
  { organization, email, name = null, role }: UserRequest,
): Promise<queries.MemberRecord> {
  requireValid(faultsOf.member, { email: email.trim(), name, role })
  const { id } = await requireOrganization(database, organization)
  const user = { id: ports.newId(), email, name }
  return openStore(database, id).transaction(async (tx) => {
    const known = await queries.findOrInsertUser(tx, user)
    // Its foreign key to the user waits for a transaction that sets the user's password, and makes such a transaction wait.
    const member = await addMember(tx, known, role)
    if (!member) throw new AppError('member_exists')
    if (!mayBeAdded(await users.findPassword(tx, known.id))) throw new AppError('invitation_needed')
    const target = { type: 'member', id: known.id, name: known.email } as const
    await tell(tx, ports, id, byCommand('parley user create', target, [newValue('role', role)]))
    return member
  })
}

/** Sets a user's password and ends their sessions. Throws `not_found`. */
export async function setUserPassword(
  { database, ports }: AdministrationServices,
  { email, password }: { email: string; password: string },
): Promise<queries.UserRecord> {
  requireValid(faultsOf.password, { password })
  const user = await queries.findUser(database, email)
  if (!user) throw notFound(`User "${email}"`)
  const hash = await createPasswords(ports).hash(password)
  await database.transaction(async (tx) => {
    await users.lockUser(tx, user.id)
    // Someone who got the account with only an invitation's link may have created tokens too.
    if (!mayBeAdded(await users.findPassword(tx, user.id))) await users.deleteTokensOf(tx, user.id)
    await users.writePassword(tx, user.id, { hash, is_vouched: true })
    await endSessionsOf(tx, { user_id: user.id })
    await endViewsOf(tx, user.id)
    await users.deleteMintedTokensOf(tx, user.id)
    const target = { type: 'user', id: user.id, name: user.email } as const
    await tellEach(tx, ports, user.id, byCommand('parley user set-password', target, [secretChange('password')]))
  })
  return user
}

/** The new credential and its full text, which is available only now. */
export interface NewSecret {
  credential: queries.CredentialRecord
  secret: string
}

export interface TokenRequest {
  /** The address of the user. */
  email: string
  name?: string | undefined
  /** Epoch milliseconds. */
  expires_at?: number | undefined
  /** The full text of the token. Default: a new one. */
  token?: string | undefined
}

export async function createTokenForUser(
  { database, ports }: AdministrationServices,
  { email, name = 'Made on the command line', expires_at, token: given }: TokenRequest,
): Promise<NewSecret> {
  requireValid(faultsOf.token, { name, expires_at: expires_at ?? null })
  const wanted = { path: 'token', text: given }
  const { text, ...credential } = provideCredential('personal_access_token', wanted, ports)
  const user = await queries.findUser(database, email)
  if (!user) throw notFound(`User "${email}"`)
  const token = { ...credential, name, expires_at: expires_at ?? null, minted_by_session: null }
  const record = await database.transaction(async (tx) => {
    const inserted = await queries.insertToken(tx, user.id, token)
    if (!inserted) throw idTaken('token')
    const target = { type: 'personal_access_token', id: inserted.key_id, name } as const
    await tellEach(tx, ports, user.id, byCommand('parley token create', target, [newValue('user', user.email)]))
    return inserted
  })
  return { credential: record, secret: text }
}

export interface KeyRequest {
  /** Slug or id. */
  organization: string
  name?: string | undefined
  /** Default `admin`. Cannot be combined with `scopes`. */
  role?: Role | undefined
  scopes?: Scope[] | undefined
  /** The full text of the key. Default: a new one. */
  key?: string | undefined
}

export async function createKey(
  { database, ports }: AdministrationServices,
  { organization, name = 'Made on the command line', role, scopes: wanted, key: given }: KeyRequest,
): Promise<NewSecret> {
  requireValid(faultsOf.key, { name, role: role ?? null, scopes: wanted ?? null })
  const power = chooseKeyPower(role, wanted)
  const { text, ...credential } = provideCredential('organization_key', { path: 'key', text: given }, ports)
  const { id } = await requireOrganization(database, organization)
  const key = { ...credential, ...power, name, agent_ids: null, expires_at: null }
  const record = await openStore(database, id).transaction(async (tx) => {
    const inserted = await insertKey(tx, key)
    const target = { type: 'organization_key', id: inserted.key_id, name } as const
    const changes = [newValue('role', power.role), newValue('scopes', power.scopes)]
    await tell(tx, ports, id, byCommand('parley key create', target, changes))
    return inserted
  })
  return { credential: record, secret: text }
}

/** Applies the contract's rules for request bodies. */
function requireValid(findFaults: (value: unknown) => FieldFault[], value: unknown): void {
  const faults = [...findFaults(value), ...findUnstorable(value)]
  if (faults.length > 0) throw invalid(...faults)
}
