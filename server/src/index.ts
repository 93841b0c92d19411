// What the command line uses of the server.
import { keepCompiledCode } from './compile-cache.js'
import { keepNewObjectsSmall } from './new-objects.js'

export {
  createKey,
  createOrganization,
  createTokenForUser,
  createUser,
  requireOrganization,
  setUserPassword,
  type AdministrationServices,
} from './access/administration.ts'
export {
  deleteKeyOf,
  deleteTokenOf,
  deleteUserFrom,
  listKeysOf,
  listMembersOf,
  listOrganizations,
  listTokensOf,
  moveOrganizationTo,
} from './access/inventory.ts'
export { deleteOrganizationNamed } from './organizations/deletion.ts'
export { exportAudit } from './audit/export.ts'
export { auditChainsOf, findAuditHash, verifyAudit } from './audit/verify.ts'
export { ConfigError, type Config } from './config/config.ts'
export { readConfig } from './settings.ts'
export { openDatabase, type Database, type PooledDatabase } from './database/database.ts'
export { startEmbeddedPostgres } from '@parley/embedded-postgres'
export { EmbeddedPostgresError } from '@parley/embedded-postgres'
export { migrate } from './database/migrate.ts'
export type { MigrationLog } from './database/migration-run.ts'
export { readMigrationState } from './database/schema.ts'
export { contractSchema } from './contract-schema.ts'
export { kindOf as kindOfMigration } from './database/rules/migration-names.ts'
export { type Backfill, listBackfills } from './work/backfills.ts'
export { AppError } from './base/errors.ts'
export { systemPorts } from './base/ports.ts'
export { isExactNumber, repairJsonParse } from './base/read-json.ts'
export { checkPrices, listInstallationPrices, setPrice } from './billing/billing.ts'
export { createBlobs } from './blobs/blobs.ts'
export { moveBlobs } from './blobs/move.ts'
export { blobStoreSettings } from './blobs/settings.ts'
export { type ListedNode, listNodes } from './live/nodes.ts'
export { createLog } from './telemetry/log.ts'
export type { BackupReport, RestoreReport } from './backup/backup.ts'
export { type Finding, examineDatabase, examineMachine, examineOutside } from './doctor/doctor.ts'
export { requireKeyOf } from './sealing/secret-key.ts'
export { rotateSecretKey } from './rotate.ts'

/** Loaded lazily, because other commands do not need it. */
export const loadBackups = () => import('./backup/backup.ts')

/** Runs the server until a signal ends it, and returns the exit code. Loaded lazily, because other commands do not need it. */
export async function serve(): Promise<number> {
  keepNewObjectsSmall()
  keepCompiledCode()
  const { main } = await import('./process.ts')
  return main()
}
