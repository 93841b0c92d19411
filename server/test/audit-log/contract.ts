// The entries for the operations of the audit log.
import type { auditOperations } from '@parley/contract'
import type { EntriesOf } from '../contract/entries.ts'

export const entries: EntriesOf<typeof auditOperations> = {
  listAuditLog: { input: () => ({}), outsider: 'own' },
  exportAuditLog: { input: () => ({}), outsider: 'own' },
}
