// Viewing as: a partner looks at an organization below theirs, for a short time, with its consent, and only reads.
import { defineOperation } from '../operation.ts'
import { Id, Timestamp, idempotencyHeader, named, nullable } from '../schema.ts'
import { SignInSession } from '../sign-in.ts'
import { Type } from '../type.ts'
import { organizationBounds } from './words.ts'

const { view_minutes } = organizationBounds
const reason = Type.String({
  minLength: 1,
  maxLength: 500,
  pattern: '\\S',
  description: 'Why you look. Both organizations see it.',
})
const minutes = Type.Optional(
  nullable(
    Type.Integer({
      minimum: 1,
      maximum: view_minutes.most,
      description: `Default ${view_minutes.default}, at most ${view_minutes.most}.`,
    }),
  ),
)

const ActiveView = named(
  'ActiveView',
  Type.Object({
    id: Id,
    organization_id: Id,
    partner: Type.Object({ id: Id, name: Type.String() }, { description: 'The organization of the viewer.' }),
    viewer: Type.Object({ user_id: Id, email: Type.String(), name: nullable(Type.String()) }),
    reason: Type.String(),
    started_at: Timestamp,
    expires_at: Timestamp,
  }),
)

const tag = 'Organizations'
const consent =
  'The organization decides with `settings.partner_access`: `none`, `read` (the default) or `read_sensitive`. Every request of a view checks again that you are an admin, that the organization is below yours, and what it permits. A view can call GET operations that need a `…:read` scope, except for those that answer keys, links or secrets; everything else is 403 `view_only`.'

export const viewOperations = {
  startView: defineOperation({
    id: 'startView',
    method: 'POST',
    path: '/admin/partner-console/organizations/{organization_id}/view-as',
    tag,
    summary: 'Look at an organization below yours, with a token',
    description: `Only for members, not for keys. ${consent}`,
    access: ['child_organizations:manage'],
    narrowed: false,
    audit: { target: 'organization', id: 'organization_id', by_itself: true },
    headers: Type.Object(idempotencyHeader),
    params: Type.Object({ organization_id: Type.String() }),
    body: Type.Object({ reason, minutes }),
    success: {
      status: 200,
      description: 'The token, shown only once.',
      schema: Type.Object({
        id: Id,
        token: Type.String({ description: '`pvt_…`, for `Authorization: Bearer`.' }),
        expires_at: Timestamp,
        scopes: Type.Array(Type.String()),
      }),
    },
    errors: ['not_found', 'view_refused', 'too_many_views'],
  }),
  startViewInSession: defineOperation({
    id: 'startViewInSession',
    method: 'POST',
    path: '/auth/view-as',
    tag,
    summary: 'Look at an organization below yours, in this session',
    description: `From now on the session concerns that organization, until the view ends or you switch to another organization; requests that name one of your organizations in \`X-Parley-Org\` concern that. When its time is over, calls are 403 \`view_refused\` until you switch. ${consent}`,
    access: 'session',
    narrowed: true,
    audit: { target: 'organization', id: 'organization_id', by_itself: true },
    sign_in: true,
    body: Type.Object({ organization_id: Type.String({ maxLength: 64 }), reason, minutes }),
    success: { status: 200, description: 'The session after the change.', schema: SignInSession },
    errors: ['not_found', 'view_refused', 'too_many_views'],
  }),
  listViews: defineOperation({
    id: 'listViews',
    method: 'GET',
    path: '/admin/view-as',
    tag,
    summary: 'List who looks at this organization just now, newest first',
    description: 'Partners of organizations above this one, at most 100.',
    access: ['members:read', 'members:manage'],
    narrowed: false,
    audit: false,
    success: {
      status: 200,
      description: 'The views that have not ended.',
      schema: Type.Object({ data: Type.Array(ActiveView) }),
    },
    errors: [],
  }),
  stopView: defineOperation({
    id: 'stopView',
    method: 'DELETE',
    path: '/admin/view-as/{view_id}',
    tag,
    summary: 'End a view',
    description: 'A view of a member of your organization, or of your organization.',
    access: ['child_organizations:manage'],
    narrowed: false,
    audit: { target: 'organization', by_itself: true },
    params: Type.Object({ view_id: Type.String() }),
    success: { status: 204, description: 'It has ended.' },
    errors: ['not_found'],
  }),
}
