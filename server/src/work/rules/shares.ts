// How much a node does at once, and how it is shared among organizations and owners. Pure; the statements that lease follow it.
// Each node counts only what it runs itself; nothing is counted across nodes.

/** Work whose owner's last try failed has a pool of its own: however much of it hangs, working owners do not wait for it. */
export interface PoolSize {
  is_failing: boolean
  places: number
  of_organization: number
  of_owner: number
}

/** Something that runs, in the pool for which it was leased. */
export interface UnderWay {
  organization: string
  owner: string
  is_failing: boolean
}

export interface Pool {
  is_failing: boolean
  /** Places that are left. */
  free: number
  /** The most for each. */
  of_organization: number
  of_owner: number
  /** Running in it, by organization. */
  busy: Record<string, number>
}

export interface Capacity {
  free: number
  pools: Pool[]
  /** Running in all pools, by owner. */
  busy: Record<string, number>
}

/** The pools of a kind: failing work gets half of the places, and one owner a quarter of its usual share. */
export function poolsOf(share: { node: number; organization: number; owner: number }): PoolSize[] {
  const { node, organization, owner } = share
  const part = (size: number, parts: number) => Math.max(1, Math.floor(size / parts))
  return [
    { is_failing: false, places: node, of_organization: organization, of_owner: owner },
    { is_failing: true, places: part(node, 2), of_organization: organization, of_owner: part(owner, 4) },
  ]
}

export function measureCapacity(pools: readonly PoolSize[], tries: readonly UnderWay[]): Capacity {
  const open = pools.map(({ is_failing, places, of_organization, of_owner }): Pool => {
    const own = tries.filter((one) => one.is_failing === is_failing)
    const busy = count(own.map(({ organization }) => organization))
    return { is_failing, of_organization, of_owner, busy, free: Math.max(0, places - own.length) }
  })
  const free = open.reduce((sum, pool) => sum + pool.free, 0)
  return { free, pools: open, busy: count(tries.map(({ owner }) => owner)) }
}

function count(keys: readonly string[]): Record<string, number> {
  const counts = Object.create(null) as Record<string, number>
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

/** Whether other work may have had to wait for this one, which is among the tries. A wrong yes only costs a look. */
export function mayHoldOthersBack(pools: readonly PoolSize[], one: UnderWay, tries: readonly UnderWay[]): boolean {
  const ofPool = tries.filter(({ is_failing }) => is_failing === one.is_failing)
  const ofOrganization = ofPool.filter(({ organization }) => organization === one.organization)
  const ofOwner = tries.filter(({ owner }) => owner === one.owner)
  const pool = pools.find(({ is_failing }) => is_failing === one.is_failing)!
  const of_owner = Math.min(...pools.map((each) => each.of_owner))
  return (
    ofOwner.length >= of_owner || ofOrganization.length >= pool.of_organization / 2 || ofPool.length >= pool.places / 4
  )
}
