// The entries for the operations of the audit log.
import type { auditOperations } from '@parley/contract'
import type { EntriesOf } from '../contract/entries.ts'

export const entries: EntriesOf<typeof auditOperations> = {
  listAuditLog: { input: () => ({}), outsider: 'own' },
  // Each export is an entry of the next.
  exportAuditLog: { input: () => ({ before: new Date().toISOString() }), outsider: 'own' },
}
