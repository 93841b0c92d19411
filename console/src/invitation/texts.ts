// The texts of the page that an invitation links to.
import type { Role } from '@parley/contract'

const roles: Record<Role, string> = { admin: 'an admin', responder: 'a responder', viewer: 'a viewer' }

export const invitationTexts = {
  title: 'Invitation',
  heading: (organization: string) => `Join ${organization}`,
  text: (email: string, role: Role) => `You were invited as ${roles[role]} with the address ${email}.`,
  until: (time: string) => `This link expires on ${time}.`,
  signedInAs: (who: string) => `You are signed in as ${who}. Joining ends that session in this browser.`,
  name: 'Your name',
  newPassword: 'Choose a password',
  newPasswordHint: 'At least 12 characters. Longer is better.',
  tooShort: 'Use at least 12 characters.',
  password: 'Your password',
  passwordHint: 'You are already a member of another organization on this server. Enter the password you use there.',
  passwordMissing: 'Enter your password.',
  wrong: 'The password is wrong for this address. Try again.',
  own: 'You are signed in with this address, so there is nothing else to enter.',
  needsSignIn: 'This address signs in with the identity provider. Sign in, then open this link again.',
  openid: (provider: string) => `Continue with ${provider}`,
  signIn: 'Go to sign-in',
  submit: 'Join',
  submitting: 'Joining…',
  decline: 'Decline',
  declineTitle: (organization: string) => `Decline the invitation of ${organization}?`,
  declineText: 'This link stops working. To join later, you need a new invitation.',
  declinedTitle: 'Invitation declined',
  declined: (organization: string) =>
    `You did not join ${organization}, and this link no longer works. You can close this page.`,
  toInbox: 'Go to the inbox',
  goneTitle: 'This link does not work',
  gone: 'It was already used, declined or revoked, or it has expired. Ask the person who sent it for a new one.',
  missing: 'The part of the address after # is missing. Copy the whole link and open it again.',
} as const
