// The entries for the operations of access; those of signing in are in sign-in/.
import type { accessOperations } from '@parley/contract'
import type { EntriesOf, World } from '../contract/entries.ts'
import { makeUser } from '../support/actors.ts'

async function newMember({ server }: World): Promise<{ user_id: string }> {
  return { user_id: (await makeUser(server, server.organization_id)).user_id }
}

export const entries: EntriesOf<typeof accessOperations> = {
  createOrganizationKey: { input: () => ({ name: 'K' }), outsider: 'own' },
  listOrganizationKeys: { input: () => ({}), outsider: 'own' },
  deleteOrganizationKey: {
    input: async ({ client }) => ({ key_id: (await client.createOrganizationKey({ name: 'K' })).key_id }),
    outsider: 'not found',
  },
  createPersonalAccessToken: { input: () => ({ name: 'T' }), outsider: 'own' },
  listPersonalAccessTokens: { input: () => ({}), outsider: 'own' },
  deletePersonalAccessToken: {
    input: async ({ server, user }) => {
      const { key_id } = await server.as({ token: user.token }).createPersonalAccessToken({ name: 'T' })
      return { key_id }
    },
    outsider: 'not found',
  },
  getMyScopes: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  getMemberScopes: { input: newMember, outsider: 'not found' },
  listMembers: { input: () => ({}), outsider: 'own' },
  createMember: {
    input: () => ({ email: `member-${crypto.randomUUID()}@example.test`, role: 'viewer' }),
    outsider: 'own',
  },
  updateMember: {
    input: async (world) => ({ ...(await newMember(world)), role: 'viewer' }),
    outsider: 'not found',
  },
  deleteMember: { input: newMember, outsider: 'not found' },
  getOrganization: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  updateOrganization: { input: () => ({ name: 'Renamed' }), outsider: 'own' },
}
