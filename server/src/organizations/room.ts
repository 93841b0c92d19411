// The manifest of organizations: those of a user, the partner console, views by partners, and the purge of one that is deleted.
import { organizationTreeOperations } from '@parley/contract'
import type { AccessServices } from '../access/access.ts'
import { purges as ofBlobs } from '../blobs/purge.ts'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { Purge } from '../database/purge.ts'
import { purges as ofEvents } from '../organization-events/purge.ts'
import { purges as ofWork } from '../work/purge.ts'
import * as own from './operations.ts'
import * as partner from './partner.ts'
import { purgeWork } from './purge-work.ts'
import * as views from './views.ts'

export type OrganizationsRoom = Room<typeof organizationTreeOperations> & {
  /** In the order of the layers; what belongs to later rooms goes first. */
  readonly contribute: (room: Room) => void
  /** Everything that a purge deletes, in order. */
  readonly listPurges: () => readonly Purge[]
}

export function createOrganizations({ database }: Core, access: AccessServices): OrganizationsRoom {
  const rooms: Room[] = []
  const listPurges = () => [
    ...rooms.toReversed().flatMap(({ purges = [] }) => purges),
    ...ofEvents,
    ...ofWork,
    ...ofBlobs,
  ]
  const { withinChild: _, ...console } = partner
  return {
    name: 'organizations',
    operations: bindRoom(access, organizationTreeOperations, { ...own, ...console, ...views }),
    work: [purgeWork(database, listPurges)],
    contribute: (room) => void rooms.push(room),
    listPurges,
  }
}
