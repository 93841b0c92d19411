// The operations on keys, tokens, members and the organization.
import { type Output, longest_invitation_seconds, scopes, scopesOfRole } from '@parley/contract'
import { agentsExist } from '../agents/agents.ts'
import type { Context, Handler } from '../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../database/cursor.ts'
import type { Store } from '../database/store.ts'
import { AppError, type FieldFault, invalid, notFound } from '../base/errors.ts'
import { faultsOfSize } from '../base/json-size.ts'
import { isUuid } from '../base/ports.ts'
import { knownScopes, roleScopes } from '../calls/access.ts'
import { requireTools } from '../calls/rules/mcp-tools.ts'
import { createCredential, isKeyId } from './rules/credentials.ts'
import { requireRole, requireScopes } from './rules/grants.ts'
import { addKey, chooseKeyPower, removeKey } from './keys.ts'
import { changeRole, holdMember, removeMember } from './members.ts'
import { changeOrganization } from './change-organization.ts'
import { lockOrganization, readOrganization } from './organization-rows.ts'
import * as queries from './queries.ts'
import { inviteMember } from './sign-in/invitations.ts'
import { lockTokensOf } from './sign-in/users.ts'

export const createOrganizationKey: Handler<'createOrganizationKey'> = async (ctx, input) => {
  const power = chooseKeyPower(input.role, input.scopes)
  if (power.role) requireRole(ctx.access, power.role, 'grant')
  else requireScopes(ctx.access, power.scopes, 'grant scopes')
  const agent_ids = input.agent_ids ? await requireAgents(ctx, input.agent_ids) : null
  requireTools(input.mcp?.tools, 'mcp.tools')
  const { text, ...credential } = createCredential('organization_key', ctx.core.ports.randomBytes)
  const { name, expires_at = null, mcp = null } = input
  const key = { ...credential, ...power, agent_ids, name, expires_at, mcp }
  const record = await ctx.store.transaction(async (store) => {
    await lockOrganization(store)
    if ((await queries.countOrganizationKeys(store)) >= most_keys)
      throw new AppError('too_many_credentials', `The organization has reached its limit of 1,000 API keys. ${advice}`)
    return addKey(store, key)
  })
  return { ...requireNewId(record), pat_key: text }
}

/** The number of keys is limited because each key has its own limits of requests and streams. */
const most_keys = 1000
const most_tokens = 100
const advice = 'Delete one first.'

/** 96 random bits do not repeat. */
function requireNewId<Row>(record: Row | undefined): Row {
  if (record === undefined) throw new Error('the id of a new credential already exists')
  return record
}

async function requireAgents({ store }: Context, ids: readonly string[]): Promise<string[]> {
  if (await agentsExist(store, ids)) return [...new Set(ids.map((id) => id.toLowerCase()))]
  const faults: FieldFault[] = []
  for (const [index, id] of ids.entries()) {
    const path = `agent_ids.${index}`
    if (!(await agentsExist(store, [id]))) faults.push({ path, message: 'is not an agent of this organization' })
  }
  throw invalid(...faults)
}

export const listOrganizationKeys: Handler<'listOrganizationKeys'> = async (ctx, input) => {
  const { limit, request } = readPage(input, isKeyId)
  return cutPage(await queries.selectOrganizationKeys(ctx.store, request), limit, credentialPosition)
}

export const deleteOrganizationKey: Handler<'deleteOrganizationKey'> = async (ctx, { key_id }) => {
  if (!isKeyId(key_id)) throw notFound('Key')
  await ctx.store.transaction(async (store) => {
    const key = await queries.lockOrganizationKey(store, key_id)
    if (!key) throw notFound('Key')
    const held = key.role === null ? knownScopes(key.scopes ?? []) : roleScopes[key.role]
    requireScopes(ctx.access, [...held], 'delete this key')
    await removeKey(store, key)
  })
}

export const createPersonalAccessToken: Handler<'createPersonalAccessToken'> = async (ctx, input) => {
  const { database, ports } = ctx.core
  const { text, ...credential } = createCredential('personal_access_token', ports.randomBytes)
  const token = {
    ...credential,
    name: input.name,
    expires_at: input.expires_at ?? null,
    minted_by_session: ctx.minter.session_id,
  }
  const record = await database.transaction(async (tx) => {
    await lockTokensOf(tx, ctx.user.id)
    if (!(await queries.minterExists(tx, ctx.minter))) throw new AppError('unauthorized')
    if ((await queries.countTokens(tx, ctx.user.id)) >= most_tokens)
      throw new AppError('too_many_credentials', `You have reached the limit of 100 personal access tokens. ${advice}`)
    return queries.insertToken(tx, ctx.user.id, token)
  })
  return { ...requireNewId(record), pat_key: text }
}

export const listPersonalAccessTokens: Handler<'listPersonalAccessTokens'> = async (ctx, input) => {
  const { limit, request } = readPage(input, isKeyId)
  return cutPage(await queries.selectTokens(ctx.core.database, ctx.user.id, request), limit, credentialPosition)
}

export const deletePersonalAccessToken: Handler<'deletePersonalAccessToken'> = async (ctx, { key_id }) => {
  if (!isKeyId(key_id)) throw notFound('Token')
  await ctx.core.database.transaction(async (tx) => {
    // Any token that this one is creating either exists once this one is gone, or is never created.
    await lockTokensOf(tx, ctx.user.id)
    if (!(await queries.deleteTokenRow(tx, ctx.user.id, key_id))) throw notFound('Token')
  })
}

interface PageInput {
  limit?: number
  cursor?: string
}

/** Asks for one row more than the page has, to know whether another page follows. */
function readPage({ limit = default_page_size, cursor }: PageInput, isKey: (key: string) => boolean) {
  return { limit, request: { limit: limit + 1, after: decodeTimeCursor(cursor, isKey) } }
}

function credentialPosition({ created_at, key_id }: queries.CredentialRecord) {
  return { time: created_at, key: key_id }
}

/** Scopes in the order of the contract. */
export const getMyScopes: Handler<'getMyScopes'> = async ({ access }) =>
  scopes.filter((scope) => access.scopes.has(scope))

export const getMemberScopes: Handler<'getMemberScopes'> = async ({ store }, { user_id }) => {
  const member = isUuid(user_id) ? await queries.findMember(store, user_id) : undefined
  if (!member) throw notFound('Member')
  return [...scopesOfRole[member.role]]
}

export const listMembers: Handler<'listMembers'> = (ctx, input) => listMembersOf(ctx.store, input)

export async function listMembersOf(store: Store, input: PageInput): Promise<Output<'listMembers'>> {
  const { limit, request } = readPage(input, isUuid)
  const members = await queries.selectMembers(store, request)
  return cutPage(members, limit, ({ created_at, user_id }) => ({ time: created_at, key: user_id }))
}

/** An address alone never makes anyone a member: the response would reveal whether it has an account. */
export const createMember: Handler<'createMember'> = async (ctx, { email, role, name }) => {
  requireRole(ctx.access, role, 'grant')
  if (await queries.isMember(ctx.store, email)) throw new AppError('member_exists')
  return inviteMember(ctx, { email, role, name: name ?? null, expires_in_seconds: longest_invitation_seconds })
}

export const updateMember: Handler<'updateMember'> = async (ctx, { user_id, role }) => {
  requireRole(ctx.access, role, 'grant')
  if (!isUuid(user_id)) throw notFound('Member')
  return ctx.store.transaction(async (store) => {
    const member = await holdMember(store, user_id)
    if (!member) throw notFound('Member')
    requireRole(ctx.access, member.role, 'change')
    return changeRole(store, member, role)
  })
}

export const deleteMember: Handler<'deleteMember'> = async (ctx, { user_id }) => {
  if (!isUuid(user_id)) throw notFound('Member')
  await ctx.store.transaction(async (store) => {
    const member = await holdMember(store, user_id)
    if (!member) throw notFound('Member')
    requireRole(ctx.access, member.role, 'remove')
    await removeMember(store, member)
  })
}

export const getOrganization: Handler<'getOrganization'> = async (ctx) => readOrganization(ctx.store)

export const updateOrganization: Handler<'updateOrganization'> = async (ctx, input) => {
  const { metadata_bytes } = ctx.core.config.limits
  const faults = faultsOfSize('settings', input.settings, metadata_bytes)
  if (faults.length > 0) throw invalid(...faults)
  const { status: _, parent_id: __, ...organization } = await changeOrganization(ctx.store, input)
  return organization
}
