// What contract.test.ts knows of the operations of system.
import type { systemOperations } from '@parley/contract'
import type { EntriesOf } from '../contract/entries.ts'

export const entries: EntriesOf<typeof systemOperations> = {
  getHealth: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  getReadiness: { input: () => ({}), outsider: 'own', narrowed: 'own' },
}
