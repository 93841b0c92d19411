// What all searches of a process share: places, so that they never take more than a part of the database's connections, centres, and
// how near vectors are found.
import { type FairShare, createFairShare } from '../../base/fair-share.ts'
import type { Core } from '../../calls/core.ts'
import { type Centres, createCentres } from './centres.ts'
import type { VectorIndex } from './vector-index.ts'

export interface Searches {
  /** Organizations take turns. */
  readonly share: FairShare
  readonly centres: Centres
  readonly index: VectorIndex
}

const part_of_connections = 0.25
/** Searches of an organization that wait; each also has its own bound of time. */
const most_waiting = 1000
const wait_ms = 10_000

export function createSearches({ config, ports }: Pick<Core, 'config' | 'ports'>, index: VectorIndex): Searches {
  const places = Math.max(1, Math.floor(config.database_connections * part_of_connections))
  return {
    share: createFairShare({ clock: ports.clock, places, most_waiting, wait_ms }),
    centres: createCentres(),
    index,
  }
}
