// Backups: makes one beside running servers, and restores one into an empty database.
export { type BackupReport, makeBackup } from './make-backup.ts'
export { type RestoreReport, restoreBackup } from './restore-backup.ts'
