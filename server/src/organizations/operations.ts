// The operations of users on their organizations: which there are, a new one, the end of one.
import { type Role, organizationBounds } from '@parley/contract'
import { addMember, countCreatedBy, createOrganizationIn, findSlug, findUser, lockTokensOf } from '../access/access.ts'
import { isSlug, proposeSlugs } from '../access/rules/slugs.ts'
import { appendAudit } from '../audit/append.ts'
import { AppError, notFound } from '../base/errors.ts'
import { isUuid } from '../base/ports.ts'
import { callBucket, takeAttempt } from '../calls/attempts.ts'
import type { Handler, UserContext } from '../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../database/cursor.ts'
import type { Executor } from '../database/database.ts'
import { openStoreIn } from '../database/store.ts'
import { deleteIn } from './deletion.ts'
import * as rows from './rows.ts'
import { organizationSettings } from './settings.ts'

export const listOrganizations: Handler<'listOrganizations'> = async (
  { core, user },
  { limit = default_page_size, cursor },
) => {
  const request = { limit: limit + 1, after: decodeTimeCursor(cursor, isUuid) }
  const found = await rows.selectJoined(core.database, user.id, request)
  return cutPage(found, limit, ({ created_at, id }) => ({ time: created_at, key: id }))
}

export const createOrganization: Handler<'createOrganization'> = async (ctx, { name, slug, parent_id = null }) => {
  const { database, ports } = ctx.core
  return database.transaction(async (tx) => {
    // Calls of one user count one after the other.
    await lockTokensOf(tx, ctx.user.id)
    await requireCreation(ctx, tx)
    if (parent_id !== null) await requireParent(tx, parent_id, ctx.user.id)
    if ((await countCreatedBy(tx, ctx.user.id)) >= organizationBounds.created_by_user)
      throw new AppError('too_many_organizations')
    const user = await findUser(tx, ctx.user.email)
    const wish = { name, slug, parent_id, created_by: ctx.user.id }
    const { settings: _, ...organization } = await createOrganizationIn(tx, ports, wish)
    await addMember(openStoreIn(tx, organization.id), user!, 'admin')
    await noteCreation(ctx, tx, organization)
    const role: Role = 'admin'
    return { ...organization, role }
  })
}

/** In its own log, which begins with it. */
function noteCreation(
  { core, user, origin }: UserContext,
  tx: Executor,
  { id, name, slug, parent_id }: { id: string; name: string; slug: string; parent_id: string | null },
): Promise<void> {
  return appendAudit(tx, {
    ...{ id: core.ports.newId(), organization_id: id, action: 'createOrganization', ...origin },
    actor: { type: 'user', id: user.id, name: user.email },
    target: { type: 'organization', id, name },
    changes: Object.entries({ name, slug, parent_id }).map(([path, to]) => ({ path, from: null, to })),
  })
}

async function requireCreation({ core, user }: UserContext, tx: Executor): Promise<void> {
  const { creation } = core.config.of(organizationSettings)
  if (creation === 'users') return
  if (creation === 'admins' && (await rows.isAdminAnywhere(tx, user.id))) return
  throw new AppError('forbidden', 'This server does not let you create organizations. Ask its operator.')
}

async function requireParent(tx: Executor, parent_id: string, user_id: string): Promise<void> {
  const roles = isUuid(parent_id) ? await rows.readRolesAtOrAbove(tx, parent_id, user_id) : []
  if (roles.length === 0) throw notFound('Parent organization')
  if (!roles.includes('admin'))
    throw new AppError('forbidden', 'Only admins of an organization, or of one above it, can create one below it.')
}

const looks_per_minute = 30

export const getSlugAvailability: Handler<'getSlugAvailability'> = async ({ core, user }, { slug }) => {
  const { database, ports } = core
  const why = 'Slugs can be looked up 30 times a minute. Wait before you try again.'
  await takeAttempt(database, [callBucket('slug availability', user.id, looks_per_minute)], why)
  const reason = isSlug(slug) ? await findSlug(database, slug) : ('invalid' as const)
  if (reason === null) return { slug, available: true, reason, suggestion: null }
  const [first, second] = proposeSlugs(slug, ports.randomBytes)
  const suggestion = (await findSlug(database, first!)) === null ? first! : second!
  return { slug, available: false, reason, suggestion }
}

export const deleteOrganization: Handler<'deleteOrganization'> = async ({ core, access }, { confirm }) =>
  core.database.sharedBy(access.organization_id).transaction((tx) => deleteIn(tx, access.organization_id, confirm))
