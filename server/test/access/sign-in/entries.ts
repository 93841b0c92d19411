// The entries of contract.test.ts about signing in, and a browser with its own session.
import type { invitationOperations, signInOperations } from '@parley/contract'
import type { Client } from '@parley/sdk'
import { createUser, setUserPassword } from '../../../src/access/administration.ts'
import { systemPorts } from '../../../src/base/ports.ts'
import { openBrowser } from '../../support/browser.ts'
import type { TestServer } from '../../support/server.ts'
import type { Entry } from '../../contract/entries.ts'

type SignInOperations = typeof invitationOperations & typeof signInOperations

const password = 'correct horse battery'
const newEmail = () => `member-${crypto.randomUUID()}@example.test`

/** A member of the first organization with a password. */
export async function makeMemberWithPassword(server: TestServer) {
  const administration = { database: server.database, ports: systemPorts }
  const email = newEmail()
  const { user_id } = await createUser(administration, { email, organization: server.organization_id, role: 'admin' })
  await setUserPassword(administration, { email, password })
  return { user_id, email, password }
}

/** Signed in as a user created only for this. */
export async function openSession(server: TestServer, fetchOf: (fetch_: typeof fetch) => typeof fetch) {
  const browser = openBrowser(server.url)
  const { email } = await makeMemberWithPassword(server)
  await browser.client.signIn({ email, password })
  return browser.as({ fetch: fetchOf(browser.fetch) })
}

export function createSignInEntries(server: () => TestServer): { [Id in keyof SignInOperations]: Entry<Id> } {
  const client = (): Client => server().client
  const invite = async () => client().createInvitation({ email: newEmail(), role: 'viewer' })
  const everybody = { outsider: 'their own', narrowed: 'their own' } as const
  return {
    createInvitation: { input: () => ({ email: newEmail(), role: 'viewer' }), outsider: 'their own' },
    listInvitations: { input: () => ({}), outsider: 'their own' },
    deleteInvitation: {
      input: async () => ({ invitation_id: (await invite()).invitation_id }),
      outsider: 'not found',
    },
    readInvitation: { input: async () => ({ token: (await invite()).token }), ...everybody },
    acceptInvitation: { input: async () => ({ token: (await invite()).token, password }), ...everybody },
    signIn: { input: () => ({ api_key: server().admin_key }), ...everybody },
    getSignInSession: { input: () => ({}), ...everybody },
    signOut: { input: () => ({}), ...everybody },
    signOutEverywhere: { input: () => ({}), ...everybody },
    switchOrganization: { input: () => ({ organization_id: server().organization_id }), ...everybody },
    changePassword: { input: () => ({ current_password: password, new_password: password }), ...everybody },
    startOpenIdSignIn: { input: () => ({ return_to: '/agents' }), ...everybody },
    finishOpenIdSignIn: { input: () => ({}), ...everybody },
  }
}
