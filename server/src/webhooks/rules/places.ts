// How many tries a node makes at once, for organizations and their endpoints. Pure.
import { poolsOf } from '../../work/rules/shares.ts'

/** An organization has more places than endpoints, so that each endpoint gets at least one try. */
export const pools = poolsOf({ node: 256, organization: 64, owner: 8 })

/** Per look; their events are held in memory. */
export const max_leased_at_once = 32
