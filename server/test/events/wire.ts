// The events of an organization, as they are on the wire.
import type { Walk } from '../wire/world.ts'

export const walks = { 'organization-events': walkOrganizationEvents }

async function walkOrganizationEvents(walk: Walk): Promise<void> {
  const { call } = walk
  await call('listOrganizationEvents', 'none yet')
  const { json: dataset } = await walk.prepare('createDataset', { body: { name: 'Handbook' } })
  const params = { dataset_id: dataset.id as string }
  await walk.prepare('updateDataset', { params, body: { name: 'Manual' } })
  await walk.prepare('deleteDataset', { params })
  await call('listOrganizationEvents', 'all')
  await call('listOrganizationEvents', 'after one', { query: 'after=2' })
  await call('listOrganizationEvents', 'beyond the last', { query: 'after=4' })
  await call('listOrganizationEvents', 'faults', { query: 'after=-1', headers: { 'last-event-id': 'x' } })
  const stream = walk.open('listOrganizationEvents', 'as a stream', {
    headers: { accept: 'text/event-stream', 'last-event-id': '1' },
  })
  await stream.sees('event: dataset.deleted')
  await stream.stop()
}
