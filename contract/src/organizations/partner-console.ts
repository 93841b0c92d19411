// The partner console: the organizations below the caller's, their members and invitations. Outside of these, everything is 404.
import { Member, memberRoleBody } from '../access.ts'
import { Invitation, NewInvitation, invitationBody } from '../invitations.ts'
import { defineOperation } from '../operation.ts'
import { Id, Timestamp, idempotencyHeader, named, nullable, oneOf, pageOf, pageQuery } from '../schema.ts'
import { Type } from '../type.ts'
import { organizationName, organizationSlug, ownStatus } from './organizations.ts'
import { invitationStates, organizationStatuses } from './words.ts'

const childFields = {
  id: Id,
  name: Type.String(),
  slug: Type.String(),
  parent_id: Id,
  depth: Type.Integer({ description: 'How far below your organization: 1 is a child, 2 a child of one.' }),
  status: ownStatus,
  child_count: Type.Integer(),
  member_count: Type.Integer(),
  created_at: Timestamp,
}

export const ChildOrganization = named('ChildOrganization', Type.Object(childFields))

const FoundOrganization = named(
  'FoundOrganization',
  Type.Object({
    ...childFields,
    breadcrumb: Type.Array(Type.Object({ id: Id, name: Type.String(), slug: Type.String() }), {
      description: 'From your organization to its parent.',
    }),
  }),
)

const tag = 'Organizations'
const access = ['child_organizations:manage'] as const
const childPath = Type.Object({ organization_id: Type.String() })
const memberPath = Type.Object({ organization_id: Type.String(), user_id: Type.String() })
const page = Type.Object(pageQuery)
const limits = ['too_many_levels', 'too_many_children', 'too_many_descendants', 'organization_deleting'] as const
const part = Type.Optional(
  Type.String({ minLength: 1, maxLength: 100, description: 'A part of the slug or of the id, literally.' }),
)

const organizations = {
  listChildOrganizations: defineOperation({
    id: 'listChildOrganizations',
    method: 'GET',
    path: '/admin/partner-console/children',
    tag,
    summary: 'List the children of an organization, newest first',
    description: 'One level: of your organization, or of one below it.',
    access,
    narrowed: false,
    audit: false,
    query: Type.Object({ ...pageQuery, parent_id: Type.Optional(Type.String({ description: 'Default: your own.' })) }),
    success: { status: 200, description: 'A page of organizations.', schema: pageOf(ChildOrganization) },
    errors: ['not_found'],
  }),
  searchChildOrganizations: defineOperation({
    id: 'searchChildOrganizations',
    method: 'GET',
    path: '/admin/partner-console/search',
    tag,
    summary: 'Search all organizations below yours by slug or id, newest first',
    access,
    narrowed: false,
    audit: false,
    query: Type.Object({ ...pageQuery, q: part, query: part }),
    success: { status: 200, description: 'A page of organizations.', schema: pageOf(FoundOrganization) },
    errors: [],
  }),
  createChildOrganization: defineOperation({
    id: 'createChildOrganization',
    method: 'POST',
    path: '/admin/partner-console/organizations',
    tag,
    summary: 'Create an organization below yours',
    description:
      'A user becomes its admin; of one that a key creates, invite an admin. It has a knowledge base `Default`.',
    access,
    narrowed: false,
    audit: { target: 'organization', id: 'id' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      name: organizationName,
      slug: Type.Optional(nullable(organizationSlug)),
      parent_id: Type.Optional(
        nullable(Type.String({ description: 'Your organization, which is the default, or one below it.' })),
      ),
    }),
    success: { status: 201, description: 'The organization.', schema: ChildOrganization },
    errors: ['not_found', 'slug_taken', ...limits],
  }),
  getChildOrganization: defineOperation({
    id: 'getChildOrganization',
    method: 'GET',
    path: '/admin/partner-console/organizations/{organization_id}',
    tag,
    summary: 'Read an organization below yours',
    access,
    narrowed: false,
    audit: false,
    params: childPath,
    success: { status: 200, description: 'The organization.', schema: ChildOrganization },
    errors: ['not_found'],
  }),
  updateChildOrganization: defineOperation({
    id: 'updateChildOrganization',
    method: 'PUT',
    path: '/admin/partner-console/organizations/{organization_id}',
    tag,
    summary: 'Rename, suspend or resume an organization below yours',
    description:
      'While it is suspended, calls to it and to all below it are 403 `organization_suspended`; turns that run complete.',
    access,
    narrowed: false,
    audit: { target: 'organization', id: 'organization_id' },
    params: childPath,
    body: Type.Object({
      name: Type.Optional(nullable(organizationName)),
      slug: Type.Optional(nullable(organizationSlug)),
      status: Type.Optional(nullable(oneOf(organizationStatuses))),
    }),
    success: { status: 200, description: 'The organization after the change.', schema: ChildOrganization },
    errors: ['not_found', 'slug_taken'],
  }),
}

const people = {
  listChildMembers: defineOperation({
    id: 'listChildMembers',
    method: 'GET',
    path: '/admin/partner-console/organizations/{organization_id}/members',
    tag,
    summary: 'List the members of an organization below yours, newest first',
    access,
    narrowed: false,
    audit: false,
    params: childPath,
    query: page,
    success: { status: 200, description: 'A page of members.', schema: pageOf(Member) },
    errors: ['not_found'],
  }),
  updateChildMember: defineOperation({
    id: 'updateChildMember',
    method: 'PUT',
    path: '/admin/partner-console/organizations/{organization_id}/members/{user_id}',
    tag,
    summary: 'Change the role of a member of an organization below yours',
    access,
    narrowed: false,
    audit: { target: 'member', id: 'user_id', name: 'email' },
    params: memberPath,
    body: memberRoleBody,
    success: { status: 200, description: 'The member.', schema: Member },
    errors: ['not_found', 'last_admin'],
  }),
  deleteChildMember: defineOperation({
    id: 'deleteChildMember',
    method: 'DELETE',
    path: '/admin/partner-console/organizations/{organization_id}/members/{user_id}',
    tag,
    summary: 'End a membership in an organization below yours',
    access,
    narrowed: false,
    audit: { target: 'member', id: 'user_id', name: 'email' },
    params: memberPath,
    success: { status: 204, description: 'Ended.' },
    errors: ['not_found', 'last_admin'],
  }),
  listChildInvitations: defineOperation({
    id: 'listChildInvitations',
    method: 'GET',
    path: '/admin/partner-console/organizations/{organization_id}/invitations',
    tag,
    summary: 'List the invitations of an organization below yours, newest first',
    access,
    narrowed: false,
    audit: false,
    params: childPath,
    query: Type.Object({
      ...pageQuery,
      state: Type.Optional(oneOf(invitationStates, 'Default `pending`. Others are kept for 90 days.')),
    }),
    success: { status: 200, description: 'A page of invitations.', schema: pageOf(Invitation) },
    errors: ['not_found'],
  }),
  createChildInvitation: defineOperation({
    id: 'createChildInvitation',
    method: 'POST',
    path: '/admin/partner-console/organizations/{organization_id}/invitations',
    tag,
    summary: 'Invite someone to an organization below yours',
    description:
      'Any role can be granted. Otherwise the same as `createInvitation`. It ends when the key or the membership that created it does, or the organization is no longer below yours.',
    access,
    narrowed: false,
    audit: { target: 'invitation', id: 'invitation_id', name: 'email' },
    headers: Type.Object(idempotencyHeader),
    params: childPath,
    body: invitationBody,
    success: { status: 200, description: 'The invitation, with its token.', schema: NewInvitation },
    errors: ['not_found', 'too_many_invitations', 'too_many_members'],
  }),
}

export const partnerOperations = { ...organizations, ...people }
