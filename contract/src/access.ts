// Credentials, members and the organization: resources and operations.
import { Type } from './type.ts'
import { NewInvitation } from './invitations.ts'
import { McpOfKey } from './mcp.ts'
import { defineOperation } from './operation.ts'
import { type PartnerAccess, partnerAccesses } from './organizations/words.ts'
import { type RespondersSee, respondersSee } from './hand-off/words.ts'
import { roles, scopes } from './vocabulary.ts'
import { Id, Timestamp, named, nullable, oneOf, pageOf, pageQuery, idempotencyHeader } from './schema.ts'

const Role = oneOf(roles)

/** The fields that organization keys and personal access tokens share; never the secret. */
const credentialRecord = {
  key_id: Type.String({
    description:
      'The part of the secret before the dot, without the prefix. For a credential that was installed without this form: an id that the server derived from it.',
  }),
  name: Type.String(),
  role: nullable(oneOf(roles, 'The role of an organization key; null if it has an explicit list of scopes.')),
  scopes: nullable(
    Type.Array(Type.String(), { description: 'The explicit list of scopes; null if the key has a role.' }),
  ),
  agent_ids: nullable(Type.Array(Id, { description: 'The agents that the credential is narrowed to; null: all.' })),
  mcp: nullable(McpOfKey),
  expires_at: nullable(Type.Integer({ description: 'Epoch milliseconds; null: never expires.' })),
  created_at: Timestamp,
  last_used_at: nullable(Type.String({ format: 'date-time', description: 'May lag by up to a minute.' })),
}

export const CredentialRecord = named('Credential', Type.Object(credentialRecord))

export const NewCredential = named(
  'NewCredential',
  Type.Object({ ...credentialRecord, pat_key: Type.String({ description: 'The full secret, shown only once.' }) }),
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

/** What an organization sets; names that this version does not know are stored as they are. */
interface OrganizationSettings {
  handling?: { responders_see?: RespondersSee }
  partner_access?: PartnerAccess
  [name: string]: unknown
}

const Settings = Type.Unsafe<OrganizationSettings>({
  ...Type.Object(
    {
      handling: Type.Optional(
        Type.Object({
          responders_see: Type.Optional(
            oneOf(
              respondersSee,
              'Which conversations members with the role `responder` see: `teams` are those of their teams, of no team, and those that they hold. Default `all`.',
            ),
          ),
        }),
      ),
      partner_access: Type.Optional(
        oneOf(
          partnerAccesses,
          'What members of the organizations above may see by `view-as`: nothing, what needs a `…:read` scope, or sensitive content too. Default `read`.',
        ),
      ),
    },
    { additionalProperties: true },
  ),
  description: 'A JSON object; names other than `handling` and `partner_access` are your own.',
})

export const Organization = named(
  'Organization',
  Type.Object({ id: Id, name: Type.String(), slug: Type.String(), created_at: Timestamp, settings: Settings }),
)

const credentialName = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
const expiry = Type.Optional(
  nullable(
    Type.Integer({
      minimum: 0,
      maximum: 8_640_000_000_000_000,
      description: 'Epoch milliseconds. Default null: never expires.',
    }),
  ),
)

export const memberRoleBody = Type.Object({ role: Role })

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
    description: 'Callers can grant only the scopes, roles and agents that they have.',
    access: manageOrganization,
    narrowed: false,
    audit: { target: 'organization_key', id: 'key_id' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      name: credentialName,
      expires_at: expiry,
      role: Type.Optional(nullable(oneOf(roles, 'Default `admin`. Cannot be combined with `scopes`.'))),
      scopes: Type.Optional(
        nullable(
          Type.Array(oneOf(scopes), { minItems: 1, maxItems: scopes.length, description: 'Instead of a role.' }),
        ),
      ),
      agent_ids: Type.Optional(
        nullable(Type.Array(Id, { minItems: 1, maxItems: 100, description: 'Narrows the key to these agents.' })),
      ),
      mcp: Type.Optional(nullable(McpOfKey)),
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
    audit: false,
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
    description:
      'Every node refuses the key within a second. Callers can delete only keys that have no more permissions than they do.',
    access: manageOrganization,
    narrowed: false,
    audit: { target: 'organization_key', id: 'key_id' },
    params: keyPath,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
  createPersonalAccessToken: defineOperation({
    id: 'createPersonalAccessToken',
    method: 'POST',
    path: '/admin/personal-access-tokens',
    tag,
    summary: 'Create a personal access token for yourself',
    access: 'user',
    narrowed: false,
    audit: { target: 'personal_access_token', id: 'key_id' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      name: credentialName,
      expires_at: expiry,
      role: Type.Optional(
        Type.Null({ description: 'A token has all permissions of its user; it cannot be narrowed.' }),
      ),
      scopes: Type.Optional(Type.Null()),
      agent_ids: Type.Optional(Type.Null()),
    }),
    description:
      'If a new password or signing out everywhere ends the session or token that created this token, it ends too.',
    success: { status: 200, description: 'The token, with its secret.', schema: NewCredential },
    errors: ['too_many_credentials'],
  }),
  listPersonalAccessTokens: defineOperation({
    id: 'listPersonalAccessTokens',
    method: 'GET',
    path: '/admin/personal-access-tokens',
    tag,
    summary: 'List your personal access tokens, newest first',
    access: 'user',
    narrowed: false,
    audit: false,
    query: page,
    success: { status: 200, description: 'A page of tokens.', schema: pageOf(CredentialRecord) },
    errors: [],
  }),
  deletePersonalAccessToken: defineOperation({
    id: 'deletePersonalAccessToken',
    method: 'DELETE',
    path: '/admin/personal-access-tokens/{key_id}',
    tag,
    summary: 'Delete one of your personal access tokens',
    access: 'user',
    narrowed: false,
    audit: { target: 'personal_access_token', id: 'key_id' },
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
    summary: 'Read the scopes of the credential in this organization',
    access: 'member',
    narrowed: true,
    audit: false,
    success: { status: 200, description: 'Scopes.', schema: Type.Array(Type.String()) },
    errors: [],
  }),
  getMemberScopes: defineOperation({
    id: 'getMemberScopes',
    method: 'GET',
    path: '/admin/members/{user_id}/scopes',
    tag,
    summary: 'Read the scopes of a member',
    access: readMembers,
    narrowed: false,
    audit: false,
    params: memberPath,
    success: { status: 200, description: 'Scopes.', schema: Type.Array(Type.String()) },
    errors: ['not_found'],
  }),
  listMembers: defineOperation({
    id: 'listMembers',
    method: 'GET',
    path: '/admin/members',
    tag,
    summary: 'List members, newest first',
    access: readMembers,
    narrowed: false,
    audit: false,
    query: page,
    success: { status: 200, description: 'A page of members.', schema: pageOf(Member) },
    errors: [],
  }),
  createMember: defineOperation({
    id: 'createMember',
    method: 'POST',
    path: '/admin/members',
    tag,
    summary: 'Invite someone by e-mail address',
    description:
      'They become a member when they accept, or when they sign in with the identity provider under this address, within 30 days. The response does not reveal whether the address has an account. Otherwise the same as `createInvitation`.',
    access: manageMembers,
    narrowed: false,
    audit: { target: 'invitation', id: 'invitation_id', name: 'email' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      email: Type.String({ minLength: 3, maxLength: 320, pattern: '^[^@\\s]+@[^@\\s]+$' }),
      role: Role,
      name: Type.Optional(
        nullable(Type.String({ maxLength: 200, description: 'Suggested to the person who accepts.' })),
      ),
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
    audit: { target: 'member', id: 'user_id', name: 'email' },
    params: memberPath,
    body: memberRoleBody,
    success: { status: 200, description: 'The member.', schema: Member },
    errors: ['not_found', 'last_admin'],
  }),
  deleteMember: defineOperation({
    id: 'deleteMember',
    method: 'DELETE',
    path: '/admin/members/{user_id}',
    tag,
    summary: 'End a membership',
    description: 'Also your own. The last admin cannot be removed.',
    access: manageMembers,
    narrowed: false,
    audit: { target: 'member', id: 'user_id', name: 'email' },
    params: memberPath,
    success: { status: 204, description: 'Ended.' },
    errors: ['not_found', 'last_admin'],
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
    audit: false,
    success: { status: 200, description: 'The organization.', schema: Organization },
    errors: [],
  }),
  updateOrganization: defineOperation({
    id: 'updateOrganization',
    method: 'PUT',
    path: '/admin/organization',
    tag,
    summary: 'Change the given fields of the organization',
    access: manageOrganization,
    narrowed: false,
    audit: { target: 'organization' },
    body: Type.Object({
      name: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }))),
      slug: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 63, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' }))),
      settings: Type.Optional(nullable(Settings)),
    }),
    success: { status: 200, description: 'The organization after the change.', schema: Organization },
    errors: ['slug_taken'],
  }),
}

export const accessOperations = { ...keyOperations, ...memberOperations, ...organizationOperations }
