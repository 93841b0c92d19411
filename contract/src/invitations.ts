// Invitations: single-use links with which a person becomes a member and chooses a password.
import { Type } from './type.ts'
import { defineOperation } from './operation.ts'
import { deliveryStates, invitationStates } from './organizations/words.ts'
import { roles } from './vocabulary.ts'
import { Id, Timestamp, idempotencyHeader, named, nullable, oneOf, pageOf, pageQuery } from './schema.ts'
import { SignInSession, emailAddress, newPassword } from './sign-in.ts'

const Role = oneOf(roles)

const invitationRecord = {
  invitation_id: Id,
  email: Type.String(),
  role: Role,
  name: nullable(Type.String()),
  invited_by: Type.Object(
    { type: Type.String(), id: nullable(Type.String()), name: nullable(Type.String()) },
    { description: 'The member or the key that created the invitation.' },
  ),
  state: oneOf(invitationStates, 'All but `pending` are final, and kept for 90 days.'),
  delivery: Type.Object(
    { status: oneOf(deliveryStates), error: nullable(Type.String()) },
    { description: 'Of the mail with the link. `none`: nobody sends one; pass the link on yourself.' },
  ),
  created_at: Timestamp,
  expires_at: Timestamp,
  ended_at: nullable(Type.String({ format: 'date-time', description: 'When it reached its final state.' })),
}

export const Invitation = named('Invitation', Type.Object(invitationRecord))

export const NewInvitation = named(
  'NewInvitation',
  Type.Object({
    ...invitationRecord,
    token: Type.String({ description: 'Shown only once. Anyone who has it can accept the invitation.' }),
    url: nullable(
      Type.String({
        description:
          'The link to pass on. It has the token after `#`, so that no server or log sees it. Null without PARLEY_PUBLIC_URL.',
      }),
    ),
  }),
)

/** As the person sees it whom it invites. */
const ReceivedInvitation = named(
  'ReceivedInvitation',
  Type.Object({
    invitation_id: Id,
    organization: Type.Object({ id: Id, name: Type.String() }),
    role: Role,
    invited_by: Type.Object({ name: nullable(Type.String()) }),
    created_at: Timestamp,
    expires_at: Timestamp,
  }),
)

/** 30 days. */
export const longest_invitation_seconds = 2_592_000

export const invitationBody = Type.Object({
  email: emailAddress,
  role: Role,
  name: Type.Optional(nullable(Type.String({ maxLength: 200, description: 'Suggested to the person who accepts.' }))),
  expires_in_seconds: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 60,
        maximum: longest_invitation_seconds,
        description: 'Default 604800, a week; at most 30 days.',
      }),
    ),
  ),
})

const tag = 'Signing in'
const manageMembers = ['members:manage'] as const
const token = Type.String({ minLength: 1, maxLength: 100 })

const invitationPath = Type.Object({ invitation_id: Type.String() })

const managing = {
  createInvitation: defineOperation({
    id: 'createInvitation',
    method: 'POST',
    path: '/admin/invitations',
    tag,
    summary: 'Invite someone to become a member',
    description:
      'It replaces an open invitation of the same address. A member without another organization can use it to set a new password. It ends when the member or key that created it is removed. Callers can grant, replace and delete only invitations to roles that they have.',
    access: manageMembers,
    narrowed: false,
    audit: { target: 'invitation', id: 'invitation_id', name: 'email' },
    headers: Type.Object(idempotencyHeader),
    body: invitationBody,
    success: { status: 200, description: 'The invitation, with its token.', schema: NewInvitation },
    errors: ['too_many_invitations', 'too_many_members'],
  }),
  listInvitations: defineOperation({
    id: 'listInvitations',
    method: 'GET',
    path: '/admin/invitations',
    tag,
    summary: 'List invitations, newest first',
    access: ['members:read', 'members:manage'],
    narrowed: false,
    audit: false,
    query: Type.Object({
      ...pageQuery,
      state: Type.Optional(oneOf(invitationStates, 'Default `pending`. Others are kept for 90 days.')),
    }),
    success: { status: 200, description: 'A page of invitations.', schema: pageOf(Invitation) },
    errors: [],
  }),
  deleteInvitation: defineOperation({
    id: 'deleteInvitation',
    method: 'DELETE',
    path: '/admin/invitations/{invitation_id}',
    tag,
    summary: 'Revoke an invitation',
    access: manageMembers,
    narrowed: false,
    audit: { target: 'invitation', id: 'invitation_id', name: 'email' },
    params: invitationPath,
    description: 'Callers can revoke only invitations to roles that they have.',
    success: { status: 204, description: 'The invitation is revoked; its link no longer works.' },
    errors: ['not_found', 'invitation_closed'],
  }),
  resendInvitation: defineOperation({
    id: 'resendInvitation',
    method: 'POST',
    path: '/admin/invitations/{invitation_id}/resend',
    tag,
    summary: 'Make a new link for an invitation',
    description:
      'The old link ends, and the invitation lasts again as long as it did. Callers can do this only for invitations to roles that they have.',
    access: manageMembers,
    narrowed: false,
    audit: { target: 'invitation', id: 'invitation_id', name: 'email' },
    headers: Type.Object(idempotencyHeader),
    params: invitationPath,
    success: { status: 200, description: 'The invitation, with its new token.', schema: NewInvitation },
    errors: ['not_found', 'invitation_closed'],
  }),
}

const receivedPath = Type.Object({ invitation_id: Type.String() })

const receiving = {
  listReceivedInvitations: defineOperation({
    id: 'listReceivedInvitations',
    method: 'GET',
    path: '/admin/invitations/received',
    tag,
    summary: 'List the open invitations to your address, newest first',
    description:
      'Of any organization. Only for addresses that are proven to be yours: by the identity provider, or by the operator of the server. A password that you chose with the link of an invitation proves nothing.',
    access: 'user',
    narrowed: false,
    audit: false,
    query: Type.Object(pageQuery),
    success: { status: 200, description: 'A page of invitations.', schema: pageOf(ReceivedInvitation) },
    errors: ['invitation_needs_token'],
  }),
  acceptReceivedInvitation: defineOperation({
    id: 'acceptReceivedInvitation',
    method: 'POST',
    path: '/admin/invitations/received/{invitation_id}/accept',
    tag,
    summary: 'Accept an invitation to your address',
    access: 'user',
    narrowed: false,
    audit: { target: 'member', by_itself: true },
    headers: Type.Object(idempotencyHeader),
    params: receivedPath,
    success: {
      status: 200,
      description: 'The organization that you are a member of now.',
      schema: Type.Object({
        organization: Type.Object({ id: Id, name: Type.String(), slug: Type.String() }),
        role: Role,
      }),
    },
    errors: ['not_found', 'invitation_closed', 'invitation_needs_token'],
  }),
  declineReceivedInvitation: defineOperation({
    id: 'declineReceivedInvitation',
    method: 'POST',
    path: '/admin/invitations/received/{invitation_id}/decline',
    tag,
    summary: 'Decline an invitation to your address',
    access: 'user',
    narrowed: false,
    audit: { target: 'invitation', id: 'invitation_id', by_itself: true },
    headers: Type.Object(idempotencyHeader),
    params: receivedPath,
    success: { status: 204, description: 'Declined; its link no longer works.' },
    errors: ['not_found', 'invitation_closed', 'invitation_needs_token'],
  }),
}

const withToken = {
  readInvitation: defineOperation({
    id: 'readInvitation',
    method: 'POST',
    path: '/auth/invitation',
    tag,
    summary: 'Read an invitation with its token',
    access: 'public',
    narrowed: true,
    audit: false,
    sign_in: true,
    changes_nothing: true,
    body: Type.Object({ token }),
    success: {
      status: 200,
      description: 'The invitation.',
      schema: Type.Object({
        organization: Type.Object({ name: Type.String() }),
        email: Type.String(),
        role: Role,
        name: nullable(Type.String()),
        expires_at: Timestamp,
        needs: oneOf(
          ['new_password', 'password', 'sign_in'],
          'What accepting requires: a new password, the existing password of the user, or a session if the user has no password.',
        ),
      }),
    },
    errors: ['not_found', 'rate_limited'],
  }),
  acceptInvitation: defineOperation({
    id: 'acceptInvitation',
    method: 'POST',
    path: '/auth/accept-invitation',
    tag,
    summary: 'Accept an invitation and sign in',
    description:
      'An invitation can be accepted once. `password` is the new password; for a user who is already a member of another organization, it is their existing one. A session of the invited user needs no password.',
    access: 'public',
    narrowed: true,
    audit: { target: 'member', by_itself: true },
    sign_in: true,
    body: Type.Object({
      token,
      password: Type.Optional(nullable(newPassword)),
      name: Type.Optional(
        nullable(
          Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', description: 'Only with a new password.' }),
        ),
      ),
    }),
    success: { status: 200, description: 'The session. The response sets its cookie.', schema: SignInSession },
    errors: [
      'unauthorized',
      'not_found',
      'invitation_closed',
      'invitation_needs_sign_in',
      'rate_limited',
      'unavailable',
    ],
  }),
  declineInvitation: defineOperation({
    id: 'declineInvitation',
    method: 'POST',
    path: '/auth/decline-invitation',
    tag,
    summary: 'Decline an invitation with its token',
    description: 'Needs no account. Declining it again changes nothing.',
    access: 'public',
    narrowed: true,
    audit: { target: 'invitation', by_itself: true },
    sign_in: true,
    body: Type.Object({ token }),
    success: { status: 204, description: 'Declined.' },
    errors: ['not_found', 'invitation_closed', 'rate_limited'],
  }),
}

export const invitationOperations = { ...managing, ...receiving, ...withToken }
