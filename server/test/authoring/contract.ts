// What contract.test.ts knows of the operations of authoring.
import type { authoringOperations } from '@parley/contract'
import { newDraft } from '../agents/contract.ts'
import type { EntriesOf } from '../contract/entries.ts'

export const entries: EntriesOf<typeof authoringOperations> = {
  compareAgentVersions: {
    input: async (world) => ({ agent_id: (await newDraft(world)).agent_id, from_version: 1, to_version: 'latest' }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  generateAgentInstructions: {
    input: async (world) => {
      const draft = await newDraft(world)
      await world.client.updateAgentVersion({ ...draft, instruction_builder_inputs: { goal: 'Sell tea.' } })
      return draft
    },
    outsider: 'not found',
    narrowed: 'not found',
  },
  listModels: { input: () => ({}), outsider: 'own', narrowed: 'own' },
}
