// The settings of the audit log.
import type { SettingsGroup } from '../config/reader.ts'

export interface AuditSettings {
  /** 0: for ever. */
  days: number
  /** Whether people who read transcripts leave entries. */
  reads: boolean
  export_rows: number
}

export const auditSettings: SettingsGroup<AuditSettings> = {
  settings: [
    {
      name: 'PARLEY_AUDIT_DAYS',
      default: '400',
      meaning:
        'How many days entries of the audit log are kept; 0: for ever. The hash of the last deleted one remains, so that the others can be verified.',
    },
    {
      name: 'PARLEY_AUDIT_READS',
      default: 'none',
      meaning:
        '`sensitive`: people who read the transcript of a conversation leave an entry in the audit log, once an hour for each conversation.',
    },
    {
      name: 'PARLEY_LIMIT_AUDIT_EXPORT_ROWS',
      default: '1000000',
      meaning: 'The most entries that one export of the audit log has; more get 422.',
    },
  ],
  read(read) {
    const reads = read.text('PARLEY_AUDIT_READS') ?? 'none'
    if (reads !== 'none' && reads !== 'sensitive') read.fault('PARLEY_AUDIT_READS must be "none" or "sensitive"')
    return {
      days: read.integer('PARLEY_AUDIT_DAYS', 0, 36_500),
      reads: reads === 'sensitive',
      export_rows: read.integer('PARLEY_LIMIT_AUDIT_EXPORT_ROWS', 1, 100_000_000),
    }
  },
}
