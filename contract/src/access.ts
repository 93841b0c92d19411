// Credentials, members and the organization: resources and operations.
import { Type } from 'typebox'
import { NewInvitation } from './invitations.ts'
import { defineOperation } from './operation.ts'
import { roles, scopes } from './vocabulary.ts'
import { Id, JsonObject, Timestamp, named, nullable, oneOf, pageOf, pageQuery, idempotencyHeader } from './schema.ts'

const Role = oneOf(roles)

/** Shared by organization keys and personal access tokens; the secret is never among them. */
const credentialRecord = {
  key_id: Type.String({ description: 'The part of the secret before the dot, without its prefix.' }),
  name: Type.String(),
  role: nullable(oneOf(roles, 'Of an organization key; null when it has an explicit list of scopes.')),
  scopes: nullable(Type.Array(Type.String(), { description: 'The explicit list; null when the role decides.' })),
  agent_ids: nullable(Type.Array(Id, { description: 'The agents it is narrowed to; null: not narrowed.' })),
  expires_at: nullable(Type.Integer({ description: 'Epoch milliseconds; null: never.' })),
  created_at: Timestamp,
  last_used_at: nullable(Type.String({ format: 'date-time', description: 'May lag by a minute.' })),
}

export const CredentialRecord = named('Credential', Type.Object(credentialRecord))

export const NewCredential = named(
  'NewCredential',
  Type.Object({ ...credentialRecord, pat_key: Type.String({ description: 'The full secret. Shown only now.' }) }),
)

export const Member = named(
  'Member',
  Type.Object({
    user_id: Id,
    email: Type.String(),
    name: nullable(Type.String()),
    role: Role,
    created_at: Timestamp,
  }),
)

export const Organization = named(
  'Organization',
  Type.Object({ id: Id, name: Type.String(), slug: Type.String(), created_at: Timestamp, settings: JsonObject }),
)

const credentialName = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
const expiry = Type.Optional(
  nullable(
    Type.Integer({
      minimum: 0,
      maximum: 8_640_000_000_000_000,
      description: 'Epoch milliseconds. Default null: never.',
    }),
  ),
)

const keyPath = Type.Object({ key_id: Type.String() })
const memberPath = Type.Object({ user_id: Type.String() })
const page = Type.Object(pageQuery)

const tag = 'Access'
const manageOrganization = ['organizations:manage'] as const
const readMembers = ['members:read', 'members:manage'] as const
const manageMembers = ['members:manage'] as const

const keyOperations = {
  createOrganizationKey: defineOperation({
    id: 'createOrganizationKey',
    method: 'POST',
    path: '/admin/organization-pats',
    tag,
    summary: 'Create an organization API key',
    description: 'Nobody can grant a scope, a role or an agent that he does not hold.',
    access: manageOrganization,
    narrowed: false,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      name: credentialName,
      expires_at: expiry,
      role: Type.Optional(nullable(oneOf(roles, 'Default `admin`; not together with `scopes`.'))),
      scopes: Type.Optional(
        nullable(
          Type.Array(oneOf(scopes), { minItems: 1, maxItems: scopes.length, description: 'Instead of a role.' }),
        ),
      ),
      agent_ids: Type.Optional(
        nullable(Type.Array(Id, { minItems: 1, maxItems: 100, description: 'Narrows the key to these agents.' })),
      ),
    }),
    success: { status: 200, description: 'The key, with its secret.', schema: NewCredential },
    errors: ['too_many_credentials'],
  }),
  listOrganizationKeys: defineOperation({
    id: 'listOrganizationKeys',
    method: 'GET',
    path: '/admin/organization-pats',
    tag,
    summary: 'List organization API keys, newest first',
    access: manageOrganization,
    narrowed: false,
    query: page,
    success: { status: 200, description: 'A page of keys.', schema: pageOf(CredentialRecord) },
    errors: [],
  }),
  deleteOrganizationKey: defineOperation({
    id: 'deleteOrganizationKey',
    method: 'DELETE',
    path: '/admin/organization-pats/{key_id}',
    tag,
    summary: 'Delete an organization API key',
    description: 'Every node refuses it within a second. Callers can delete only keys that hold no more than they do.',
    access: manageOrganization,
    narrowed: false,
    params: keyPath,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
  createPersonalAccessToken: defineOperation({
    id: 'createPersonalAccessToken',
    method: 'POST',
    path: '/admin/personal-access-tokens',
    tag,
    summary: 'Create a personal access token for oneself',
    access: 'user',
    narrowed: false,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      name: credentialName,
      expires_at: expiry,
      role: Type.Optional(Type.Null({ description: "A token has its user's power; it cannot be narrowed." })),
      scopes: Type.Optional(Type.Null()),
      agent_ids: Type.Optional(Type.Null()),
    }),
    description:
      'It ends with the session that made it, or the token, when a new password or signing out everywhere ends that.',
    success: { status: 200, description: 'The token, with its secret.', schema: NewCredential },
    errors: ['too_many_credentials'],
  }),
  listPersonalAccessTokens: defineOperation({
    id: 'listPersonalAccessTokens',
    method: 'GET',
    path: '/admin/personal-access-tokens',
    tag,
    summary: 'List one’s own personal access tokens, newest first',
    access: 'user',
    narrowed: false,
    query: page,
    success: { status: 200, description: 'A page of tokens.', schema: pageOf(CredentialRecord) },
    errors: [],
  }),
  deletePersonalAccessToken: defineOperation({
    id: 'deletePersonalAccessToken',
    method: 'DELETE',
    path: '/admin/personal-access-tokens/{key_id}',
    tag,
    summary: 'Delete one of one’s own personal access tokens',
    access: 'user',
    narrowed: false,
    params: keyPath,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
}

const memberOperations = {
  getMyScopes: defineOperation({
    id: 'getMyScopes',
    method: 'GET',
    path: '/admin/members/me/scopes',
    tag,
    summary: 'The scopes that the credential holds here',
    access: 'member',
    narrowed: true,
    success: { status: 200, description: 'Scopes.', schema: Type.Array(Type.String()) },
    errors: [],
  }),
  listMembers: defineOperation({
    id: 'listMembers',
    method: 'GET',
    path: '/admin/members',
    tag,
    summary: 'List members, newest first',
    access: readMembers,
    narrowed: false,
    query: page,
    success: { status: 200, description: 'A page of members.', schema: pageOf(Member) },
    errors: [],
  }),
  createMember: defineOperation({
    id: 'createMember',
    method: 'POST',
    path: '/admin/members',
    tag,
    summary: 'Invite somebody by their address',
    description:
      'They become a member when they accept, or when they sign in with the identity provider under this address, within 30 days. The answer is the same whether or not the address has an account elsewhere. Otherwise as createInvitation.',
    access: manageMembers,
    narrowed: false,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      email: Type.String({ minLength: 3, maxLength: 320, pattern: '^[^@\\s]+@[^@\\s]+$' }),
      role: Role,
      name: Type.Optional(nullable(Type.String({ maxLength: 200, description: 'Proposed to who accepts.' }))),
    }),
    success: { status: 202, description: 'The invitation, with its token.', schema: NewInvitation },
    errors: ['member_exists', 'too_many_invitations', 'too_many_members'],
  }),
  updateMember: defineOperation({
    id: 'updateMember',
    method: 'PUT',
    path: '/admin/members/{user_id}',
    tag,
    summary: "Change a member's role",
    access: manageMembers,
    narrowed: false,
    params: memberPath,
    body: Type.Object({ role: Role }),
    success: { status: 200, description: 'The member.', schema: Member },
    errors: ['not_found'],
  }),
  deleteMember: defineOperation({
    id: 'deleteMember',
    method: 'DELETE',
    path: '/admin/members/{user_id}',
    tag,
    summary: 'End a membership',
    access: manageMembers,
    narrowed: false,
    params: memberPath,
    success: { status: 204, description: 'Ended.' },
    errors: ['not_found'],
  }),
}

const organizationOperations = {
  getOrganization: defineOperation({
    id: 'getOrganization',
    method: 'GET',
    path: '/admin/organization',
    tag,
    summary: 'Read the organization',
    access: 'member',
    narrowed: true,
    success: { status: 200, description: 'The organization.', schema: Organization },
    errors: [],
  }),
  updateOrganization: defineOperation({
    id: 'updateOrganization',
    method: 'PUT',
    path: '/admin/organization',
    tag,
    summary: 'Change the fields that are given',
    access: manageOrganization,
    narrowed: false,
    body: Type.Object({
      name: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }))),
      slug: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 63, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' }))),
      settings: Type.Optional(nullable(JsonObject)),
    }),
    success: { status: 200, description: 'The organization as it is now.', schema: Organization },
    errors: ['slug_taken'],
  }),
}

export const accessOperations = { ...keyOperations, ...memberOperations, ...organizationOperations }
