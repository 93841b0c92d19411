// Organizations of a user: which there are, a new one, the end of one.
import { defineOperation } from '../operation.ts'
import { Id, Timestamp, idempotencyHeader, named, nullable, oneOf, pageOf, pageQuery } from '../schema.ts'
import { Type } from '../type.ts'
import { roles } from '../vocabulary.ts'
import { organizationStatuses, slugReasons } from './words.ts'

export const organizationName = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
export const organizationSlug = Type.String({ minLength: 1, maxLength: 63, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' })

export const ownStatus = oneOf(
  organizationStatuses,
  'Its own. Calls are also refused while an organization above it is suspended.',
)

const JoinedOrganization = named(
  'JoinedOrganization',
  Type.Object({
    id: Id,
    name: Type.String(),
    slug: Type.String(),
    parent_id: nullable(Id),
    status: ownStatus,
    role: oneOf(roles, 'Your own there.'),
    created_at: Timestamp,
  }),
)

const tag = 'Organizations'

export const organizationOperations = {
  listOrganizations: defineOperation({
    id: 'listOrganizations',
    method: 'GET',
    path: '/admin/organizations',
    tag,
    summary: 'List the organizations that you are a member of, newest first',
    access: 'user',
    narrowed: false,
    audit: false,
    query: Type.Object(pageQuery),
    success: { status: 200, description: 'A page of organizations.', schema: pageOf(JoinedOrganization) },
    errors: [],
  }),
  createOrganization: defineOperation({
    id: 'createOrganization',
    method: 'POST',
    path: '/admin/organizations',
    tag,
    summary: 'Create an organization',
    description:
      'You become its admin, and it has a knowledge base named `Default`. PARLEY_ORGANIZATION_CREATION says who can: any user, users who are an admin somewhere, or nobody. A user can have created 10 that exist. With `parent_id` it becomes a child of an organization that you, or an organization above it, have you as an admin.',
    access: 'user',
    narrowed: false,
    audit: { target: 'organization', id: 'id', by_itself: true },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      name: organizationName,
      slug: Type.Optional(nullable(organizationSlug)),
      parent_id: Type.Optional(nullable(Id)),
    }),
    success: { status: 201, description: 'The organization.', schema: JoinedOrganization },
    errors: [
      'not_found',
      'slug_taken',
      'too_many_organizations',
      'too_many_levels',
      'too_many_children',
      'too_many_descendants',
      'organization_deleting',
    ],
  }),
  getSlugAvailability: defineOperation({
    id: 'getSlugAvailability',
    method: 'GET',
    path: '/admin/organizations/slug-availability',
    tag,
    summary: 'Find out whether a slug is free',
    description: 'At most 30 times a minute. The slug of a deleted organization stays reserved for 30 days.',
    access: 'user',
    narrowed: false,
    audit: false,
    query: Type.Object({ slug: Type.String({ minLength: 1, maxLength: 200 }) }),
    success: {
      status: 200,
      description: 'Whether it is free just now.',
      schema: Type.Object({
        slug: Type.String(),
        available: Type.Boolean(),
        reason: nullable(oneOf(slugReasons, 'Why not; null if it is free.')),
        suggestion: nullable(Type.String({ description: 'A similar one that is free; null if this one is.' })),
      }),
    },
    errors: ['rate_limited'],
  }),
  deleteOrganization: defineOperation({
    id: 'deleteOrganization',
    method: 'DELETE',
    path: '/admin/organization',
    tag,
    summary: 'Delete the organization and everything in it',
    description:
      'Its keys, sessions and tokens are refused at once. What belongs to it is then deleted by leased work, in parts; its usage and its audit log are kept as long as their own rules say. Its slug stays reserved for 30 days. It cannot be undone.',
    access: ['organizations:manage'],
    narrowed: false,
    audit: { target: 'organization', name: 'confirm' },
    body: Type.Object({ confirm: Type.String({ maxLength: 63, description: 'The slug of the organization.' }) }),
    success: {
      status: 202,
      description: 'It is being deleted.',
      schema: Type.Object({
        id: Id,
        deleted_at: Timestamp,
        slug_reserved_until: Timestamp,
      }),
    },
    errors: ['has_children'],
  }),
}
