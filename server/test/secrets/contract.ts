// The entries for the operations of secrets.
import type { secretOperations } from '@parley/contract'
import type { EntriesOf } from '../contract/entries.ts'

export const entries: EntriesOf<typeof secretOperations> = {
  setSecret: { input: () => ({ name: 'TOKEN', value: 'hidden' }), outsider: 'own' },
  listSecrets: { input: () => ({}), outsider: 'own' },
  deleteSecret: {
    input: async ({ client }) => ({ name: (await client.setSecret({ name: 'GONE', value: 'hidden' })).name }),
    outsider: 'not found',
  },
}
