// The operations on invitations that a user has received, without their links: only for an address that is proven to be theirs.
import type { Handler, UserContext } from '../../calls/context.ts'
import { AppError, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { Executor } from '../../database/database.ts'
import { type TransactionStore, openStoreIn } from '../../database/store.ts'
import { type Told, newValue, tell } from '../audit.ts'
import { readOrganization } from '../organization-rows.ts'
import { type UserRecord, findUser } from '../queries.ts'
import { mayBeAdded } from '../rules/invitation-proof.ts'
import { requireStanding, readStanding } from '../standing.ts'
import * as queries from './invitation-queries.ts'
import { joinOrganization, requireLocked } from './invitations.ts'
import * as users from './users.ts'

export const listReceivedInvitations: Handler<'listReceivedInvitations'> = async (
  { core: { database }, user },
  { limit = default_page_size, cursor },
) => {
  await requireProven(database, user.id)
  const request = { limit: limit + 1, after: decodeTimeCursor(cursor, isUuid) }
  const rows = await queries.selectReceived(database, user.email, request)
  const page = cutPage(rows, limit, ({ created_at, invitation_id }) => ({ time: created_at, key: invitation_id }))
  const data = page.data.map(({ organization_id, organization_name, inviter, ...row }) => ({
    ...row,
    organization: { id: organization_id, name: organization_name },
    invited_by: { name: inviter },
  }))
  return { ...page, data }
}

export const acceptReceivedInvitation: Handler<'acceptReceivedInvitation'> = (ctx, { invitation_id }) =>
  withReceived(ctx, invitation_id, async (store, user) => {
    const { role } = await requireLocked(store, invitation_id)
    requireStanding(await readStanding(store))
    await queries.endInvitation(store, invitation_id, 'accepted')
    await joinOrganization(store, user, role)
    const { id, name, slug } = await readOrganization(store)
    const target = { type: 'member', id: user.id, name: user.email } as const
    await note(ctx, store, { action: 'acceptReceivedInvitation', target, changes: [newValue('role', role)] })
    return { organization: { id, name, slug }, role }
  })

export const declineReceivedInvitation: Handler<'declineReceivedInvitation'> = (ctx, { invitation_id }) =>
  withReceived(ctx, invitation_id, async (store) => {
    await requireLocked(store, invitation_id)
    await queries.endInvitation(store, invitation_id, 'declined')
    const target = { type: 'invitation', id: invitation_id.toLowerCase(), name: ctx.user.email } as const
    const changes = [{ path: 'state', from: 'pending', to: 'declined' }]
    await note(ctx, store, { action: 'declineReceivedInvitation', target, changes })
  })

/** In the log of the organization that invited. */
function note(
  { core, user, origin }: UserContext,
  store: TransactionStore,
  told: Pick<Told, 'action' | 'target' | 'changes'>,
): Promise<void> {
  const actor = { type: 'user', id: user.id, name: user.email } as const
  return tell(store, core.ports, store.organization_id, { ...told, actor, origin })
}

/** In the organization that invited the caller so. */
function withReceived<T>(
  { core, user }: UserContext,
  invitation_id: string,
  act: (store: TransactionStore, user: UserRecord) => Promise<T>,
): Promise<T> {
  if (!isUuid(invitation_id)) throw notFound('Invitation')
  return core.database.transaction(async (tx) => {
    await users.lockUser(tx, user.id)
    await requireProven(tx, user.id)
    const organization_id = await queries.findPlaceOf(tx, invitation_id, user.email)
    const record = await findUser(tx, user.email)
    if (organization_id === undefined || !record) throw notFound('Invitation')
    return act(openStoreIn(tx, organization_id), record)
  })
}

/** A password that was set with the link of an invitation proves only that someone had the link. */
async function requireProven(executor: Executor, user_id: string): Promise<void> {
  if (!mayBeAdded(await users.findPassword(executor, user_id))) throw new AppError('invitation_needs_token')
}
