// One chunk, as it is on the wire.
import type { Walk } from '../../wire/world.ts'
import { unknown_id } from '../../wire/walks/constants.ts'
import { insertChunk } from './rows.ts'

export async function walkChunk({ call, world, organization }: Walk): Promise<void> {
  const { chunk_id } = await insertChunk(world.server, 'Refunds take 14 days.', organization.id)
  await call('getChunk', 'one', { params: { chunk_id } })
  await call('getChunk', 'of no one', { params: { chunk_id: unknown_id } })
}
