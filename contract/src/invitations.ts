// Invitations: one-time links by which somebody becomes a member and chooses his password.
import { Type } from 'typebox'
import { defineOperation } from './operation.ts'
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
    { description: 'The member or the key.' },
  ),
  created_at: Timestamp,
  expires_at: Timestamp,
}

export const Invitation = named('Invitation', Type.Object(invitationRecord))

export const NewInvitation = named(
  'NewInvitation',
  Type.Object({
    ...invitationRecord,
    token: Type.String({ description: 'Shown only now. Who has it and accepts it becomes the member.' }),
    url: nullable(
      Type.String({
        description:
          'The link to hand on, with the token behind `#`, which no server and no log sees. Null without PARLEY_PUBLIC_URL.',
      }),
    ),
  }),
)

/** 30 days. */
export const longest_invitation_seconds = 2_592_000

const tag = 'Signing in'
const manageMembers = ['members:manage'] as const
const token = Type.String({ minLength: 1, maxLength: 100 })

export const invitationOperations = {
  createInvitation: defineOperation({
    id: 'createInvitation',
    method: 'POST',
    path: '/admin/invitations',
    tag,
    summary: 'Invite somebody to become a member',
    description:
      'An open invitation of the same address ends. For a member who has no other organization it is the way to a new password. It ends with the membership, or the key, of who made it. Callers can grant, replace and delete only invitations to roles that they have.',
    access: manageMembers,
    narrowed: false,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      email: emailAddress,
      role: Role,
      name: Type.Optional(nullable(Type.String({ maxLength: 200, description: 'Proposed to who accepts.' }))),
      expires_in_seconds: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 60,
            maximum: longest_invitation_seconds,
            description: 'Default 604800, a week; 30 days at most.',
          }),
        ),
      ),
    }),
    success: { status: 200, description: 'The invitation, with its token.', schema: NewInvitation },
    errors: ['too_many_invitations', 'too_many_members'],
  }),
  listInvitations: defineOperation({
    id: 'listInvitations',
    method: 'GET',
    path: '/admin/invitations',
    tag,
    summary: 'List open invitations, newest first',
    access: ['members:read', 'members:manage'],
    narrowed: false,
    query: Type.Object(pageQuery),
    success: { status: 200, description: 'A page of invitations.', schema: pageOf(Invitation) },
    errors: [],
  }),
  deleteInvitation: defineOperation({
    id: 'deleteInvitation',
    method: 'DELETE',
    path: '/admin/invitations/{invitation_id}',
    tag,
    summary: 'Take an invitation back',
    access: manageMembers,
    narrowed: false,
    params: Type.Object({ invitation_id: Type.String() }),
    description: 'Callers can delete only invitations to roles that they have.',
    success: { status: 204, description: 'Its link opens nothing.' },
    errors: ['not_found'],
  }),
  readInvitation: defineOperation({
    id: 'readInvitation',
    method: 'POST',
    path: '/auth/invitation',
    tag,
    summary: 'What an invitation is for, to who has its token',
    access: 'public',
    narrowed: true,
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
          'What accepting it takes: a password to be set, that of the user as it is, or his session, since he has no password.',
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
    summary: 'Become a member, and begin a session',
    description:
      'It can be accepted once. `password` is the one to be set; of a user who is a member elsewhere, his own. With a session of the invited user neither is needed.',
    access: 'public',
    narrowed: true,
    sign_in: true,
    body: Type.Object({
      token,
      password: Type.Optional(nullable(newPassword)),
      name: Type.Optional(
        nullable(Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', description: 'Of who sets a password.' })),
      ),
    }),
    success: { status: 200, description: 'The session, whose cookie is set.', schema: SignInSession },
    errors: ['unauthorized', 'not_found', 'invitation_needs_sign_in', 'rate_limited', 'unavailable'],
  }),
}
