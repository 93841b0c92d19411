// The entries for the operations of the tree of organizations.
import type { organizationTreeOperations } from '@parley/contract'
import type { EntriesOf, World } from '../contract/entries.ts'
import { createOrganization } from '../../src/access/administration.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { makeUser } from '../support/actors.ts'

const newName = () => `Child ${crypto.randomUUID()}`
const reason = 'A ticket'

async function newChild({ client }: World): Promise<{ organization_id: string }> {
  return { organization_id: (await client.createChildOrganization({ name: newName() })).id }
}

async function newMember(world: World): Promise<{ organization_id: string; user_id: string }> {
  const { organization_id } = await newChild(world)
  await makeUser(world.server, organization_id)
  return { organization_id, user_id: (await makeUser(world.server, organization_id)).user_id }
}

/** Keys of organizations that were made to be deleted, by their slugs. */
const keys = new Map<string, string>()

async function newDeletable({ server }: World): Promise<{ confirm: string }> {
  const administration = { database: server.database, ports: systemPorts }
  const { organization, secret } = await createOrganization(administration, { name: newName() })
  keys.set(organization.slug, secret)
  return { confirm: organization.slug }
}

export const entries: EntriesOf<typeof organizationTreeOperations> = {
  listOrganizations: { input: () => ({}), outsider: 'own' },
  createOrganization: {
    // So that the user never reaches the limit.
    input: async ({ server, user }) => {
      await server.database.pool.query('update organizations set created_by = null where created_by = $1', [
        user.user_id,
      ])
      return { name: newName() }
    },
    outsider: 'own',
  },
  getSlugAvailability: { input: () => ({ slug: 'free-for-all' }), outsider: 'own' },
  deleteOrganization: {
    input: newDeletable,
    outsider: 'invalid',
    token: ({ confirm }) => keys.get(confirm as string)!,
  },
  listChildOrganizations: { input: () => ({}), outsider: 'own' },
  searchChildOrganizations: { input: () => ({ q: 'child' }), outsider: 'own' },
  createChildOrganization: { input: () => ({ name: newName() }), outsider: 'own' },
  getChildOrganization: { input: newChild, outsider: 'not found' },
  updateChildOrganization: {
    input: async (world) => ({ ...(await newChild(world)), name: 'Renamed' }),
    outsider: 'not found',
  },
  listChildMembers: { input: newChild, outsider: 'not found' },
  updateChildMember: {
    input: async (world) => ({ ...(await newMember(world)), role: 'viewer' }),
    outsider: 'not found',
  },
  deleteChildMember: { input: newMember, outsider: 'not found' },
  listChildInvitations: { input: newChild, outsider: 'not found' },
  createChildInvitation: {
    input: async (world) => ({
      ...(await newChild(world)),
      email: `invited-${crypto.randomUUID()}@example.test`,
      role: 'admin',
    }),
    outsider: 'not found',
  },
  startView: {
    input: async (world) => {
      await world.server.database.pool.query('delete from partner_views')
      return { ...(await newChild(world)), reason }
    },
    outsider: 'not found',
    caller: 'member',
  },
  startViewInSession: {
    input: async (world) => ({ ...(await newChild(world)), reason }),
    outsider: 'own',
    narrowed: 'own',
  },
  listViews: { input: () => ({}), outsider: 'own' },
  stopView: {
    input: async (world) => {
      const { server, user } = world
      const member = server.as({ token: user.token, organization_id: server.organization_id })
      await server.database.pool.query('delete from partner_views')
      const { id } = await member.startView({ ...(await newChild(world)), reason })
      return { view_id: id }
    },
    outsider: 'not found',
  },
}
