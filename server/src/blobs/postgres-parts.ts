// Parts of blobs in the database: any node reads them, and one backup holds everything.
import { acrossOrganizations, statement } from '../database/database.ts'
import type { PartStore } from './part-store.ts'

const part_bytes = 262_144

// Waits for a deletion of the blob, or makes it wait, by the lock of the blob's row.
const writeStatement = statement(
  'write_blob_part',
  `with begun as (
     update blobs set parts = greatest(parts, $3::integer + 1)
     where organization_id = $1 and id = $2 and state = 'writing' returning key
   )
   insert into blob_parts (key, position, bytes) select key, $3, $4 from begun returning position`,
)

const of_key = 'a part is known by a key, which the row of its organization holds'

const readStatement = acrossOrganizations(
  of_key,
  'read_blob_part',
  'select bytes from blob_parts where key = $1 and position = $2',
)

const deleteStatement = acrossOrganizations(of_key, 'delete_blob_parts', 'delete from blob_parts where key = $1')

export const postgresParts: PartStore = {
  name: 'postgres',
  part_bytes,
  async write(database, { organization_id, blob_id, position, bytes }) {
    return (await database.query(writeStatement, [organization_id, blob_id, position, bytes])).length > 0
  },
  async read(database, key, position) {
    const [row] = await database.query<{ bytes: Buffer }>(readStatement, [key, position])
    return row?.bytes ?? null
  },
  async delete(database, key) {
    await database.query(deleteStatement, [key])
  },
}
