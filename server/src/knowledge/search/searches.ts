// What all searches of a process share: places, so that they never take more than a part of the database's connections, centres,
// signs, and how near vectors are found.
import { type FairShare, createFairShare } from '../../base/fair-share.ts'
import type { Core } from '../../calls/core.ts'
import { type Centres, createCentres } from './centres.ts'
import { searchSettings } from './settings.ts'
import { SignCache } from './sign-cache.ts'
import type { VectorIndex } from './vector-index.ts'

export interface Searches {
  /** Organizations take turns. */
  readonly share: FairShare
  readonly centres: Centres
  readonly index: VectorIndex
  readonly signs: SignCache
}

const part_of_connections = 0.25
/** Searches of an organization that wait; each also has its own bound of time. */
const most_waiting = 1000
const wait_ms = 10_000

export function createSearches(
  { config, ports, log }: Pick<Core, 'config' | 'ports' | 'log'>,
  index: VectorIndex,
): Searches {
  const { sign_bytes } = config.of(searchSettings)
  const places = Math.max(1, Math.floor(config.database_connections * part_of_connections))
  return {
    share: createFairShare({ clock: ports.clock, places, most_waiting, wait_ms }),
    centres: createCentres(),
    index,
    signs: new SignCache({ most_bytes: sign_bytes, clock: ports.clock, log }),
  }
}
