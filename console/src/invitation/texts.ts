// What the page says that an invitation links to.
import type { Role } from '@parley/contract'

const roles: Record<Role, string> = { admin: 'an admin', viewer: 'a viewer' }

export const words = {
  title: 'Invitation',
  heading: (organization: string) => `Join ${organization}`,
  text: (email: string, role: Role) => `You have been invited as ${roles[role]}, under ${email}.`,
  until: (time: string) => `The link is good until ${time}.`,
  signedInAs: (who: string) => `You are signed in as ${who}. Going on ends that session in this browser.`,
  name: 'Your name',
  newPassword: 'Choose a password',
  newPasswordHint: '12 characters at least. Length is what counts.',
  tooShort: '12 characters at least.',
  password: 'Your password',
  passwordHint: 'You are a member elsewhere on this server: it is the password that you have there.',
  passwordMissing: 'Enter your password.',
  wrong: 'This is not the password of that address.',
  own: 'You are signed in under this address, and need nothing else.',
  needsSignIn:
    'This address belongs to somebody who signs in with the identity provider. Sign in, and open the link again.',
  openid: (provider: string) => `Continue with ${provider}`,
  signIn: 'Go to the sign-in page',
  submit: 'Join',
  submitting: 'Joining…',
  goneTitle: 'This link opens nothing',
  gone: 'It may have been used already, have expired, or been taken back. Ask whoever sent it for a new one.',
  missing: 'The address lacks its last part, behind the #. Copy the whole link.',
} as const
