// Looks for what keeps an installation from working. Changes nothing.
import type { Config } from '../config/config.ts'
import type { PooledDatabase } from '../database/database.ts'
import {
  examineClock,
  examineConnections,
  examineLateness,
  examineNotifications,
  examineSchema,
  examineSecretKey,
  examineVersion,
} from './database.ts'
import { type Finding, examine, messageOf, fail } from './finding.ts'
import { examineDisk, examineFolder } from './machine.ts'
import { examineAddress, examineCertificate, examineModel } from './outside.ts'

export type { Finding } from './finding.ts'

export async function* examineMachine(config: Config): AsyncGenerator<Finding> {
  yield examine('folder', 'Look at the rights of the data folder.', () => examineFolder(config.data_dir))
  yield examine('disk', 'Look at the disk of the data folder.', () => examineDisk(config.data_dir))
}

export async function* examineDatabase(
  database: PooledDatabase,
  connection_string: string,
  config: Config,
): AsyncGenerator<Finding> {
  let version: Finding
  try {
    version = await examineVersion(database)
  } catch (error) {
    // Nothing else can be known.
    return yield fail('database', messageOf(error), 'Start PostgreSQL, or correct DATABASE_URL.')
  }
  yield version
  const advice = 'Look at DATABASE_URL, and whether the user has rights on the tables.'
  yield examine('notifications', advice, () => examineNotifications(connection_string))
  yield examine('clock', advice, () => examineClock(database))
  const migrate = 'Run `parley migrate`, or start the server.'
  yield examine('schema', migrate, () => examineSchema(database))
  yield examine('connections', migrate, () => examineConnections(database, config))
  yield examine('secret key', migrate, () => examineSecretKey(database, config))
  try {
    yield* await examineLateness(database)
  } catch (error) {
    yield fail('jobs', messageOf(error), migrate)
  }
}

export async function* examineOutside(
  config: Config,
  { calls_model }: { calls_model: boolean },
): AsyncGenerator<Finding> {
  const { public_url } = config.sign_in
  if (calls_model) {
    const advice = 'Look at PARLEY_DEFAULT_MODEL and the key of its provider.'
    yield examine('model', advice, () => examineModel(config))
  }
  const reach = 'Look at the name, the proxy and the firewall of PARLEY_PUBLIC_URL.'
  yield examine('address', reach, () => examineAddress(public_url))
  if (public_url?.startsWith('https:'))
    yield examine('certificate', reach, async () => (await examineCertificate(public_url))!)
}
