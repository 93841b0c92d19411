// The texts of the lists of members and invitations, of whichever organization.
import type { Role } from '@parley/contract'
import type { InvitationState } from './people.ts'

const roles: Record<Role, string> = { admin: 'an admin', responder: 'a responder', viewer: 'a viewer' }
const states: Record<InvitationState, string> = {
  pending: 'Open',
  accepted: 'Accepted',
  declined: 'Declined',
  expired: 'Expired',
  revoked: 'Revoked',
}
const emptyStates: Record<InvitationState, string> = {
  pending: 'No open invitations.',
  accepted: 'No invitation was accepted in the last 90 days.',
  declined: 'No invitation was declined in the last 90 days.',
  expired: 'No invitation expired in the last 90 days.',
  revoked: 'No invitation was revoked in the last 90 days.',
}

export const peopleTexts = {
  list: 'Members',
  empty: 'No members yet. This organization is used with API keys only.',
  who: 'Member',
  self: 'you',
  roleOf: (email: string) => `Role of ${email}`,
  since: 'Joined',
  changeRole: (email: string, role: Role) => `Make ${email} ${roles[role]}?`,
  changeRoleText:
    'The new role applies from the next request, also to their sessions and tokens. Invitations they sent stop working.',
  changeOwnRoleText: 'This is your own role. You may not be able to change it back.',
  changeRoleSubmit: 'Change role',
  roleChanged: 'Role changed',
  passwordLink: (email: string) => `New password for ${email}`,
  remove: (email: string) => `Remove ${email}`,
  removeText:
    'Their sessions here end at once. Their tokens and the invitations they sent stop working in this organization.',
  removeSelfText: 'This is you. You will be signed out, and can come back only with an invitation.',
  removeSubmit: 'Remove',
  removed: (email: string) => `${email} removed`,
  invitations: {
    list: 'Invitations',
    intro: 'Those that ended are kept for 90 days.',
    invite: 'Invite',
    state: 'State of the invitations',
    states,
    empty: emptyStates,
    email: 'Email address',
    by: 'Invited by',
    until: 'Expires',
    ended: 'Ended',
    deliveries: { queued: 'Mail is being sent.', sent: 'Mail sent.', failed: 'The mail could not be sent.' },
    resend: (email: string) => `New link for ${email}`,
    resendText: 'The old link stops working. The invitation lasts again as long as it did at first.',
    resendSubmit: 'Create link',
    remove: (email: string) => `Revoke the invitation for ${email}`,
    removeText: 'The link stops working at once.',
    removeSubmit: 'Revoke',
    removed: 'Invitation revoked',
  },
  inviteDialog: {
    title: 'Invite someone',
    text: 'You get a link to send to them. The person who opens it joins with this address.',
    passwordTitle: 'Create a password link',
    passwordText:
      'The person who opens the link chooses a new password for this address. If they are also a member of another organization, their password does not change.',
    email: 'Email address',
    emailUnfit: 'Enter an email address, such as name@example.com.',
    name: 'Name',
    nameHint: 'Optional. They can change it when they join.',
    life: 'Link expires after',
    submit: 'Create link',
    doneTitle: (email: string) => `Link for ${email}`,
    doneText: 'Copy it now. You will not see it again. Send it in a way that only this person can read.',
    link: 'Link',
  },
} as const
