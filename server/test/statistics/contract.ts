// The entries for the operations of statistics.
import type { statisticsOperations } from '@parley/contract'
import type { EntriesOf } from '../contract/entries.ts'

export const entries: EntriesOf<typeof statisticsOperations> = {
  getStatistics: { input: () => ({}), outsider: 'own', narrowed: 'own' },
}
