// The manifest of the audit log: its operations, and the end of what is too old.
import { auditOperations } from '@parley/contract'
import { purgeWork } from '../audit/purge.ts'
import { auditSettings } from '../audit/settings.ts'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations.ts'

export function createAuditLog({ config, database }: Core): Room<typeof auditOperations> {
  const { days } = config.of(auditSettings)
  return {
    name: 'audit_log',
    operations: bindRoom(null, auditOperations, operations),
    work: days === 0 ? [] : [purgeWork(database, days)],
  }
}
