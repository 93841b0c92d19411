// The work of an organization that is deleted. Its blobs still have to be deleted, and the purge goes on.
import { type Purge, purgeTable } from '../database/purge.ts'

const but_blobs = "and kind not in ('delete_blobs', 'purge_organization')"

export const purges: readonly Purge[] = [purgeTable('work', but_blobs), purgeTable('work_arrivals', but_blobs)]
