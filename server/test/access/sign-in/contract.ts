// The entries for the operations of signing in, and a browser with its own session.
import type { invitationOperations, signInOperations } from '@parley/contract'
import { createUser, setUserPassword } from '../../../src/access/administration.ts'
import { systemPorts } from '../../../src/base/ports.ts'
import type { EntriesOf, World } from '../../contract/entries.ts'
import { makeOrganization } from '../../support/actors.ts'
import { openBrowser } from '../../support/browser.ts'
import type { TestServer } from '../../support/server.ts'

const password = 'correct horse battery'
const newEmail = () => `member-${crypto.randomUUID()}@example.test`

/** Signed in as a member of the first organization created only for this. */
export async function openSession(server: TestServer, fetchOf: (fetch_: typeof fetch) => typeof fetch) {
  const administration = { database: server.database, ports: systemPorts }
  const email = newEmail()
  await createUser(administration, { email, organization: server.organization_id, role: 'admin' })
  await setUserPassword(administration, { email, password })
  const browser = openBrowser(server.url)
  await browser.client.signIn({ email, password })
  return browser.as({ fetch: fetchOf(browser.fetch) })
}

const invite = ({ client }: World) => client.createInvitation({ email: newEmail(), role: 'viewer' })
/** Invites the user of the world to an organization of its own. */
async function inviteUser({ server, user }: World): Promise<{ invitation_id: string }> {
  const { client } = await makeOrganization(server)
  const { rows } = await server.database.pool.query<{ email: string }>('select email from users where id = $1', [
    user.user_id,
  ])
  const { invitation_id } = await client.createInvitation({ email: rows[0]!.email, role: 'viewer' })
  return { invitation_id }
}
const everybody = { outsider: 'own', narrowed: 'own' } as const

export const entries: EntriesOf<typeof invitationOperations & typeof signInOperations> = {
  createInvitation: { input: () => ({ email: newEmail(), role: 'viewer' }), outsider: 'own' },
  listInvitations: { input: () => ({}), outsider: 'own' },
  deleteInvitation: {
    input: async (world) => ({ invitation_id: (await invite(world)).invitation_id }),
    outsider: 'not found',
  },
  resendInvitation: {
    input: async (world) => ({ invitation_id: (await invite(world)).invitation_id }),
    outsider: 'not found',
  },
  listReceivedInvitations: { input: () => ({}), outsider: 'own' },
  acceptReceivedInvitation: { input: inviteUser, outsider: 'not found' },
  declineReceivedInvitation: { input: inviteUser, outsider: 'not found' },
  declineInvitation: { input: async (world) => ({ token: (await invite(world)).token }), ...everybody },
  readInvitation: { input: async (world) => ({ token: (await invite(world)).token }), ...everybody },
  acceptInvitation: { input: async (world) => ({ token: (await invite(world)).token, password }), ...everybody },
  signIn: { input: ({ server }) => ({ api_key: server.admin_key }), ...everybody },
  getSignInSession: { input: () => ({}), ...everybody },
  signOut: { input: () => ({}), ...everybody },
  signOutEverywhere: { input: () => ({}), ...everybody },
  switchOrganization: { input: ({ server }) => ({ organization_id: server.organization_id }), ...everybody },
  changePassword: { input: () => ({ current_password: password, new_password: password }), ...everybody },
  startOpenIdSignIn: { input: () => ({ return_to: '/agents' }), ...everybody },
  finishOpenIdSignIn: { input: () => ({}), ...everybody },
}
