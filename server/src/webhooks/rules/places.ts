// How many tries a node makes at once, for organizations and their endpoints. Pure.
import { poolsOf } from '../../work/rules/shares.ts'

/** Of an organization there are more than it has endpoints, so that each of them has room for one try. */
export const pools = poolsOf({ node: 256, organization: 64, owner: 8 })

/** Leased with one look; their events are held in memory. */
export const max_leased_at_once = 32
