// The operations of viewing as: a member of a partner looks at an organization below, by its consent.
import { organizationBounds } from '@parley/contract'
import {
  type AccessServices,
  countViewsOf,
  createCredential,
  describeSession,
  endView,
  insertView,
  lockOrganization,
  lookAt,
  readOwnSession,
  requireStanding,
  selectViews,
} from '../access/access.ts'
import { partnerAccessOf, scopesOfView, viewing_scope } from '../access/rules/view.ts'
import type { AuditOrigin } from '../audit/entry.ts'
import { AppError, notFound } from '../base/errors.ts'
import { isUuid } from '../base/ports.ts'
import type { Access } from '../calls/access.ts'
import type { Core } from '../calls/core.ts'
import type { Handler } from '../calls/context.ts'
import type { Transaction } from '../database/database.ts'
import { openStoreIn } from '../database/store.ts'
import { withinChild } from './partner.ts'
import { readConsent } from './rows.ts'

interface Wish {
  organization_id: string
  reason: string
  minutes?: number | null
}

interface Viewer {
  core: Core
  access: Access
  origin: AuditOrigin
}

/** In the organization of the access, whose member looks. */
function begin<T>(
  { core, access, origin }: Viewer,
  action: 'startView' | 'startViewInSession',
  { organization_id, reason, minutes }: Wish,
  token: { key_id: string; secret_hash: Buffer } | null,
  then: (tx: Transaction, view: { id: string; expires_at: string; scopes: string[] }) => Promise<T>,
): Promise<T> {
  const { actor, organization_id: partner_id } = access
  if (actor.type !== 'user') throw new AppError('forbidden', 'Only members can look at an organization as a partner.')
  return withinChild({ core, access }, organization_id, 'read', async (tx, child_id) => {
    const { partner_access, standing } = await readConsent(tx, partner_id, child_id)
    requireStanding(standing)
    if (partnerAccessOf(partner_access) === 'none') throw new AppError('view_refused')
    const partner = openStoreIn(tx, partner_id)
    await lockOrganization(partner)
    if ((await countViewsOf(partner)) >= organizationBounds.views) throw new AppError('too_many_views')
    const id = core.ports.newId()
    const { expires_at, tell } = await insertView(tx, {
      id,
      organization_id: child_id,
      partner_id,
      user_id: actor.id!,
      token,
      reason,
      minutes: minutes ?? organizationBounds.view_minutes.default,
    })
    const made = await then(tx, { id, expires_at, scopes: [...scopesOfView(partner_access)] })
    await tell({ action, actor, origin })
    return made
  })
}

export const startView: Handler<'startView', AccessServices> = async (ctx, input) => {
  const { text, key_id, secret_hash } = createCredential('view_token', ctx.core.ports.randomBytes)
  return begin(ctx, 'startView', input, { key_id, secret_hash }, async (_tx, view) => ({ ...view, token: text }))
}

export const startViewInSession: Handler<'startViewInSession', AccessServices> = async (ctx, input) => {
  const { session, core } = ctx
  if (session.blocked) throw new AppError(session.blocked)
  if (session.view) throw new AppError('view_only')
  if (!session.access.scopes.has(viewing_scope)) throw new AppError('forbidden')
  await begin(
    { core, origin: ctx.origin, access: session.access },
    'startViewInSession',
    input,
    null,
    async (tx, { id }) => {
      if (!(await lookAt(tx, session.id, id))) throw new AppError('unauthorized')
    },
  )
  const now = await readOwnSession(ctx)
  if (!now) throw new AppError('unauthorized')
  return describeSession(core.database, now)
}

export const listViews: Handler<'listViews', AccessServices> = async ({ store }) => {
  const found = await selectViews(store)
  const data = found.map(({ partner_id, partner_name, user_id, email, name, created_at, ...view }) => ({
    ...view,
    partner: { id: partner_id, name: partner_name },
    viewer: { user_id, email, name },
    started_at: created_at,
  }))
  return { data }
}

export const stopView: Handler<'stopView', AccessServices> = async ({ core, access, origin }, { view_id }) => {
  const { organization_id, actor } = access
  const by = { action: 'stopView', actor, origin }
  const isThere =
    isUuid(view_id) && (await core.database.transaction((tx) => endView(tx, organization_id, view_id, by)))
  if (!isThere) throw notFound('View')
}
