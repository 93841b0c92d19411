// The texts of the page about the invitations that a user has received.
import type { Role } from '@parley/contract'

const roles: Record<Role, string> = { admin: 'an admin', responder: 'a responder', viewer: 'a viewer' }

export const receivedTexts = {
  title: 'Invitations received',
  intro: 'Organizations on this server that have invited your address. An invitation can be answered once.',
  list: 'Open invitations',
  empty: 'No open invitations. New ones appear here until they expire.',
  organization: 'Organization',
  by: 'Invited by',
  until: 'Expires',
  accept: (organization: string) => `Accept the invitation of ${organization}`,
  acceptShort: 'Accept',
  decline: (organization: string) => `Decline the invitation of ${organization}`,
  declineShort: 'Decline',
  declineTitle: (organization: string) => `Decline the invitation of ${organization}?`,
  declineText: 'Its link stops working. To join later, you need a new invitation.',
  declined: 'Invitation declined',
  joined: (organization: string, role: Role) => `You are ${roles[role]} of ${organization} now.`,
  switch: (organization: string) => `Switch to ${organization}`,
  needsTokenTitle: 'Open the link of your invitation',
  needsToken:
    'Nothing has proven to this server that your address is yours: it was neither confirmed by an identity provider nor added by the operator. So invitations to it are not shown here, because anyone who typed the address first could take them. Each invitation still works with its own link, which the sender has.',
  key: 'You are signed in with a key. Invitations are for people, who sign in with their address.',
  viewing: 'You are viewing this organization as a partner. End the view to see your own invitations.',
} as const
