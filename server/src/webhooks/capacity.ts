// How many tries a node makes at once, and how they are shared. Pure: the statement that leases lanes keeps to it. Each node
// counts what is under way on itself; nothing is counted for all of them together.

/**
 * Whoever's last try failed takes from a pool of its own: however many receivers hang, those that work do not wait for them.
 * `of_organization` is more than an organization has endpoints, so that each of them has room for one try.
 */
const pools = [
  { is_failing: false, tries: 256, of_organization: 64, of_endpoint: 8 },
  { is_failing: true, tries: 128, of_organization: 64, of_endpoint: 2 },
] as const

/** Leased with one look; their events are held in memory. */
const max_leased_at_once = 32

export interface Pool {
  is_failing: boolean
  /** More that it has room for. */
  free: number
  /** At most, of each. */
  of_organization: number
  of_endpoint: number
  /** UnderWay way, by organization. */
  busy: Record<string, number>
}

export interface Capacity {
  lanes: number
  pools: Pool[]
  /** UnderWay way in both pools, by endpoint. */
  busy: Record<string, number>
}

/** A try that is under way, in the pool that it was leased for. */
export interface UnderWay {
  organization_id: string
  endpoint_id: string
  is_failing: boolean
}

export function measureCapacity(tries: readonly UnderWay[]): Capacity {
  const open = pools.map(({ is_failing, tries: size, of_organization, of_endpoint }): Pool => {
    const own = tries.filter((one) => one.is_failing === is_failing)
    const busy = count(own.map(({ organization_id }) => organization_id))
    return { is_failing, of_organization, of_endpoint, busy, free: size - own.length }
  })
  const free = open.reduce((sum, pool) => sum + pool.free, 0)
  const busy = count(tries.map(({ endpoint_id }) => endpoint_id))
  return { lanes: Math.min(max_leased_at_once, free), pools: open, busy }
}

function count(keys: readonly string[]): Record<string, number> {
  const counts = Object.create(null) as Record<string, number>
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

/** Whether a lane may have had to wait for this try, which is one of those under way. Too often costs a look, no more. */
export function mayHoldOthersBack(one: UnderWay, tries: readonly UnderWay[]): boolean {
  const ofPool = tries.filter(({ is_failing }) => is_failing === one.is_failing)
  const ofOrganization = ofPool.filter(({ organization_id }) => organization_id === one.organization_id)
  const ofEndpoint = tries.filter(({ endpoint_id }) => endpoint_id === one.endpoint_id)
  const pool = pools.find(({ is_failing }) => is_failing === one.is_failing)!
  return (
    ofEndpoint.length >= pools[1].of_endpoint ||
    ofOrganization.length >= pool.of_organization / 2 ||
    ofPool.length >= pool.tries / 4
  )
}
