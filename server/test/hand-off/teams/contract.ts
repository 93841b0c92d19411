// What contract.test.ts knows of teams and of who is there.
import type { presenceOperations, teamOperations } from '@parley/contract'
import { newConversation } from '../../conversations/contract.ts'
import type { EntriesOf, World } from '../../contract/entries.ts'
import { desk } from '../fixture.ts'

export async function newTeam({ client }: World, more: object = {}): Promise<{ team_key: string }> {
  const team = await client.createTeam({ key: `team-${crypto.randomUUID()}`, name: 'Team', ...more })
  return { team_key: team.key }
}

export const entries: EntriesOf<typeof teamOperations & typeof presenceOperations> = {
  listTeams: { input: () => ({}), outsider: 'own' },
  createTeam: { input: () => ({ key: `team-${crypto.randomUUID()}`, name: 'Team' }), outsider: 'own' },
  getTeam: { input: newTeam, outsider: 'not found' },
  updateTeam: { input: async (world) => ({ ...(await newTeam(world)), name: 'Other' }), outsider: 'not found' },
  deleteTeam: { input: newTeam, outsider: 'not found' },
  showPresence: {
    input: async (world) => ({
      conversation_id: await newConversation(world),
      state: 'typing' as const,
      external: desk,
    }),
    ...{ outsider: 'not found', narrowed: 'not found' },
  },
  listPresence: { input: () => ({}), outsider: 'own' },
  updateMyPresence: { input: () => ({}), outsider: 'own', caller: 'member' },
}
