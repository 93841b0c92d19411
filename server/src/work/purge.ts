// The work of an organization that is deleted. Its blobs still have to be deleted.
import { type Purge, purgeTable } from '../database/purge.ts'

const but_blobs = "and kind <> 'delete_blobs'"

export const purge: readonly Purge[] = [purgeTable('work', but_blobs), purgeTable('work_arrivals', but_blobs)]
