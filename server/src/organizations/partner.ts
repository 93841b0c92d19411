// The operations of the partner console. Each begins with holding the organization below the caller's, so that it cannot be moved out of
// the tree meanwhile (P4); anything else is not found.
import type { Input } from '@parley/contract'
import {
  addMember,
  changeOrganization,
  changeRole,
  createOrganizationIn,
  findUserById,
  holdMember,
  inviteAsPartner,
  listInvitationsOf,
  listMembersOf,
  lockTree,
  removeMember,
} from '../access/access.ts'
import { invalid, notFound } from '../base/errors.ts'
import { isUuid } from '../base/ports.ts'
import type { Context, Handler } from '../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../database/cursor.ts'
import type { Executor, Transaction } from '../database/database.ts'
import { openStore, openStoreIn } from '../database/store.ts'
import * as rows from './rows.ts'

const positionOf = ({ created_at, id }: rows.ChildRow) => ({ time: created_at, key: id })

function readPage({ limit = default_page_size, cursor }: { limit?: number; cursor?: string }) {
  return { limit, request: { limit: limit + 1, after: decodeTimeCursor(cursor, isUuid) } }
}

/** Throws `not_found` for what is not below the caller's organization. */
export function withinChild<T>(
  { core, access }: Pick<Context, 'core' | 'access'>,
  id: string,
  to: 'read' | 'change',
  act: (tx: Transaction, child_id: string) => Promise<T>,
): Promise<T> {
  if (!isUuid(id)) throw notFound('Organization')
  const own_id = access.organization_id
  return core.database.sharedBy(own_id).transaction(async (tx) => {
    if (!(await rows.holdChild(tx, own_id, id, to))) throw notFound('Organization')
    return act(tx, id.toLowerCase())
  })
}

async function requireChild(executor: Executor, own_id: string, id: string): Promise<rows.ChildRow> {
  const child = isUuid(id) ? await rows.readChild(executor, own_id, id) : undefined
  if (!child) throw notFound('Organization')
  return child
}

export const listChildOrganizations: Handler<'listChildOrganizations'> = async ({ core, access }, input) => {
  const { limit, request } = readPage(input)
  const own_id = access.organization_id
  const parent_id = (input.parent_id ?? own_id).toLowerCase()
  if (parent_id !== own_id) await requireChild(core.database, own_id, parent_id)
  return cutPage(await rows.selectChildren(core.database, { own_id, parent_id }, request), limit, positionOf)
}

export const searchChildOrganizations: Handler<'searchChildOrganizations'> = async ({ core, access }, input) => {
  const part = input.q ?? input.query
  if (part === undefined) throw invalid({ path: 'q', message: 'is required' })
  const { limit, request } = readPage(input)
  const own_id = access.organization_id
  return cutPage(await rows.searchChildren(core.database, { own_id, part }, request), limit, positionOf)
}

export const createChildOrganization: Handler<'createChildOrganization'> = async (
  { core, access },
  { name, slug, parent_id },
) => {
  const own_id = access.organization_id
  const under = (parent_id ?? own_id).toLowerCase()
  return core.database.sharedBy(own_id).transaction(async (tx) => {
    // The tree stays as it is while the parent is judged.
    await lockTree(tx)
    if (under !== own_id) await requireChild(tx, own_id, under)
    const { id } = await createOrganizationIn(tx, core.ports, { name, slug, parent_id: under })
    const { actor } = access
    const user = actor.type === 'user' ? await findUserById(tx, actor.id!) : undefined
    if (user) await addMember(openStoreIn(tx, id), user, 'admin')
    return requireChild(tx, own_id, id)
  })
}

export const getChildOrganization: Handler<'getChildOrganization'> = ({ core, access }, { organization_id }) =>
  requireChild(core.database, access.organization_id, organization_id)

export const updateChildOrganization: Handler<'updateChildOrganization'> = (
  ctx,
  { organization_id, name, slug, status },
) =>
  withinChild(ctx, organization_id, 'change', async (tx, id) => {
    await changeOrganization(openStore(tx, id), { name: name ?? null, slug: slug ?? null, status: status ?? null })
    if (status) await rows.announceBelow(tx, id)
    return requireChild(tx, ctx.access.organization_id, id)
  })

export const listChildMembers: Handler<'listChildMembers'> = (ctx, { organization_id, ...page }) =>
  withinChild(ctx, organization_id, 'read', (tx, id) => listMembersOf(openStoreIn(tx, id), page))

export const updateChildMember: Handler<'updateChildMember'> = (ctx, { organization_id, user_id, role }) =>
  withinChild(ctx, organization_id, 'change', async (tx, id) => {
    const store = openStoreIn(tx, id)
    const member = isUuid(user_id) ? await holdMember(store, user_id) : undefined
    if (!member) throw notFound('Member')
    return changeRole(store, member, role)
  })

export const deleteChildMember: Handler<'deleteChildMember'> = (ctx, { organization_id, user_id }) =>
  withinChild(ctx, organization_id, 'change', async (tx, id) => {
    const store = openStoreIn(tx, id)
    const member = isUuid(user_id) ? await holdMember(store, user_id) : undefined
    if (!member) throw notFound('Member')
    await removeMember(store, member)
  })

export const listChildInvitations: Handler<'listChildInvitations'> = (ctx, { organization_id, ...page }) =>
  withinChild(ctx, organization_id, 'read', (tx, id) => listInvitationsOf(openStoreIn(tx, id), page))

export const createChildInvitation: Handler<'createChildInvitation'> = (ctx, { organization_id, ...input }) =>
  withinChild(ctx, organization_id, 'change', (tx, id) =>
    inviteAsPartner({ ...ctx, store: openStore(tx, id) }, input as Input<'createInvitation'>),
  )
