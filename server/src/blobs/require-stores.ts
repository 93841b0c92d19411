// Refuses to start a server that could not read the files that its database names.
import { type Executor, acrossOrganizations } from '../database/database.ts'
import type { PartStores } from './part-store.ts'

const elsewhereStatement = acrossOrganizations(
  'the settings of the server concern all organizations',
  'are_blobs_in_s3',
  `select exists (select from blobs where store = 's3') as are_there`,
)

/** Files are in a store that the settings do not name. */
export class StoreNotConfigured extends Error {
  constructor() {
    super('the database has files in S3, but PARLEY_S3_BUCKET and its keys are not set')
  }
}

export async function requireStores(database: Executor, { stores }: { stores: PartStores }): Promise<void> {
  if (stores.s3) return
  const [found] = await database.query<{ are_there: boolean }>(elsewhereStatement, [])
  if (found!.are_there) throw new StoreNotConfigured()
}
