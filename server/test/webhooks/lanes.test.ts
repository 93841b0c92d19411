// How the statement that leases lanes divides a node's tries: among organizations, among the endpoints of one,
// and between working and failing ones. Nothing is sent here, so no try ends.
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Head, claimHeads } from '../../src/webhooks/lanes.ts'
import { max_leased_at_once, pools } from '../../src/webhooks/rules/places.ts'
import { measureCapacity } from '../../src/work/rules/shares.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'

let base: TestDatabase
beforeEach(async () => {
  base = await createTestDatabase()
})
afterEach(() => base[Symbol.asyncDispose]())

interface Crowd {
  organizations: number
  /** Per organization. */
  endpoints: number
  /** Per endpoint, all due. */
  lanes: number
  is_failing?: boolean
}

/** Returns the ids of the organizations. */
async function addCrowd({ organizations, endpoints, lanes, is_failing = false }: Crowd): Promise<string[]> {
  const { rows } = await base.database.pool.query<{ id: string }>(
    `insert into organizations (id, name, slug)
     select id, id::text, id::text from (select gen_random_uuid() as id from generate_series(1, $1)) made returning id`,
    [organizations],
  )
  const ids = rows.map(({ id }) => id)
  for (const id of ids) await addEndpoints(id, { endpoints, lanes, is_failing })
  return ids
}

async function addEndpoints(
  organization_id: string,
  { endpoints, lanes, is_failing = false }: Omit<Crowd, 'organizations'>,
) {
  await base.database.pool.query(
    `with made as (
       insert into webhook_endpoints (id, organization_id, url, events, active, secret, failing_since)
       select gen_random_uuid(), $1, 'https://receiver.test/', '{*}', true, '', case when $4 then now() end
       from generate_series(1, $2::integer) returning id
     ), deliveries as (
       insert into webhook_deliveries (id, endpoint_id, organization_id, lane, sequence, event_id, type, data, created_at)
       select lane, endpoint_id, $1, lane, 0, lane, 'webhook.test', '{}', now()
       from (select id as endpoint_id, gen_random_uuid() as lane from made cross join generate_series(1, $3::integer)) one
       returning endpoint_id, lane
     )
     insert into webhook_lanes (endpoint_id, lane, next_attempt_at) select endpoint_id, lane, now() from deliveries`,
    [organization_id, endpoints, lanes, is_failing],
  )
}

/** Leases like a node with these tries in progress, until there is nothing more for it. */
async function lease(tries: Head[]): Promise<void> {
  for (;;) {
    const under_way = tries.map(({ organization_id, endpoint_id, is_failing }) => ({
      ...{ organization: organization_id, owner: endpoint_id, is_failing },
    }))
    const capacity = measureCapacity(pools, under_way)
    const lanes = Math.min(max_leased_at_once, capacity.free)
    if (lanes === 0) return
    const { heads, leased } = await claimHeads(base.database, capacity, lanes, randomUUID())
    tries.push(...heads)
    if (leased < lanes) return
  }
}

function countBy(tries: Head[], key: 'organization_id' | 'endpoint_id'): number[] {
  const counts = new Map<string, number>()
  for (const one of tries) counts.set(one[key], (counts.get(one[key]) ?? 0) + 1)
  return [...counts.values()].sort((a, b) => a - b)
}

test('organizations share a node evenly, and leave places for the next one', async () => {
  const ids = await addCrowd({ organizations: 7, endpoints: 6, lanes: 12 })
  const tries: Head[] = []
  await lease(tries)
  const shares = countBy(tries, 'organization_id')
  expect(shares.length).toBe(ids.length)
  expect(shares.at(-1)! - shares[0]!).toBeLessThanOrEqual(1)
  expect(shares.at(-1)).toBeLessThanOrEqual(256 - tries.length + 1)
  expect(tries.length).toBeGreaterThan(200)
  expect(countBy(tries, 'endpoint_id').at(-1)).toBeLessThanOrEqual(8)
  for (let n = 0; n < 5; n += 1) {
    const [id] = await addCrowd({ organizations: 1, endpoints: 1, lanes: 3 })
    await lease(tries)
    expect(tries.filter(({ organization_id }) => organization_id === id).length).toBe(3)
  }
})

test('one organization takes a quarter of a node at most, and each of its endpoints gets a try', async () => {
  const [id] = await addCrowd({ organizations: 1, endpoints: 49, lanes: 10 })
  const tries: Head[] = []
  await lease(tries)
  expect(tries.length).toBeLessThan(64)
  expect(countBy(tries, 'endpoint_id').length).toBe(49)
  await addEndpoints(id!, { endpoints: 1, lanes: 5 })
  await lease(tries)
  expect(countBy(tries, 'endpoint_id').length).toBe(50)
})

test('a single endpoint gets eight tries at once, or two after a failure', async () => {
  const tries: Head[] = []
  await addCrowd({ organizations: 1, endpoints: 1, lanes: 20 })
  await lease(tries)
  expect(tries.length).toBe(8)
  await addCrowd({ organizations: 1, endpoints: 1, lanes: 20, is_failing: true })
  await lease(tries)
  expect(countBy(tries, 'endpoint_id')).toEqual([2, 8])
  // Lanes that were leased while it worked still count.
  await base.database.pool.query('update webhook_endpoints set failing_since = now()')
  await lease(tries)
  expect(countBy(tries, 'endpoint_id')).toEqual([2, 8])
  await base.database.pool.query('update webhook_endpoints set failing_since = null')
  await lease(tries)
  expect(countBy(tries, 'endpoint_id')).toEqual([8, 8])
})

test.each([true, false])('failing (%s) and working endpoints take no places from each other', async (is_failing) => {
  await addCrowd({ organizations: 300, endpoints: 1, lanes: 4, is_failing })
  const tries: Head[] = []
  await lease(tries)
  // More organizations than places: each gets one.
  expect(tries.length).toBe(is_failing ? 128 : 256)
  expect(countBy(tries, 'organization_id').at(-1)).toBe(1)
  await addCrowd({ organizations: 1, endpoints: 3, lanes: 1, is_failing: !is_failing })
  await lease(tries)
  const added = tries.splice(is_failing ? 128 : 256)
  expect(added.map((one) => one.is_failing)).toEqual([!is_failing, !is_failing, !is_failing])
  // The first free place goes to one that has none, however long the others have waited.
  tries.splice(0, 1)
  const served = new Set(tries.map(({ organization_id }) => organization_id))
  await lease(tries)
  expect(served.has(tries.at(-1)!.organization_id)).toBe(false)
})

test('two nodes at once: no lane is leased twice, and each stays within its own capacity', async () => {
  await addCrowd({ organizations: 4, endpoints: 10, lanes: 20 })
  const nodes: Head[][] = [[], []]
  await Promise.all(nodes.map(lease))
  // One may have seen only lanes that the other was about to take.
  for (const node of nodes) await lease(node)
  const lanes = nodes.flat().map(({ endpoint_id, lane }) => endpoint_id + lane)
  expect(new Set(lanes).size).toBe(lanes.length)
  for (const node of nodes) {
    const shares = countBy(node, 'organization_id')
    expect(shares).toHaveLength(4)
    expect(shares.at(-1)).toBeLessThanOrEqual(256 - node.length + 1)
    expect(countBy(node, 'endpoint_id').at(-1)).toBeLessThanOrEqual(8)
  }
})
