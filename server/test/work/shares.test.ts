// How the statement that leases work divides a node's places: among organizations, among the owners of one, and
// between working and failing ones. Nothing runs here, so nothing ends.
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Leased, type LeasedPool, leaseWork, mergeWork } from '../../src/work/queries.ts'
import { measureCapacity, poolsOf } from '../../src/work/rules/shares.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'
import { Held, done, keyOf, kindOf, soon, startWorld } from './fixture.ts'

let base: TestDatabase
beforeEach(async () => {
  base = await createTestDatabase()
})
afterEach(() => base[Symbol.asyncDispose]())

const share = { node: 256, organization: 64, owner: 8 }
const pools = poolsOf(share)
const most_at_once = 32

interface Crowd {
  organizations?: number
  /** Per organization. */
  owners: number
  /** Per owner, all due. */
  subjects: number
  is_failing?: boolean
  organization_id?: string
  kind?: string
}

/** Returns the ids of the organizations. */
async function addCrowd({ organizations = 1, owners, subjects, is_failing = false, kind = 'test', ...of }: Crowd) {
  const ids = of.organization_id ? [of.organization_id] : Array.from({ length: organizations }, () => randomUUID())
  await base.database.pool.query(
    `insert into work (kind, owner, subject, organization_id, due_at, ready, slow)
     select $5, made.owner, gen_random_uuid()::text, made.organization_id, clock_timestamp(), true, $4
     from (select organization_id, gen_random_uuid()::text as owner from unnest($1::uuid[]) organization_id
           cross join generate_series(1, $2::integer)) made cross join generate_series(1, $3::integer)`,
    [ids, owners, subjects, is_failing, kind],
  )
  return ids
}

/** Leases like a node with these in progress, until there is nothing more for it. */
async function lease(under_way: Leased[], kinds = ['test']): Promise<void> {
  for (;;) {
    const open = kinds.flatMap((kind): LeasedPool[] => {
      const own = under_way.filter((one) => one.kind === kind)
      const shares = own.map(({ organization_id, owner, is_failing }) => ({
        ...{ organization: organization_id!, owner, is_failing },
      }))
      const { pools: free, busy } = measureCapacity(pools, shares)
      return free.map((pool) => ({ ...pool, kind, lease_ms: 10_000, busy_owners: busy }))
    })
    const most = Math.min(
      most_at_once,
      open.reduce((sum, { free }) => sum + free, 0),
    )
    if (most === 0) return
    const leased = await leaseWork(base.database, open, most, randomUUID(), randomUUID())
    under_way.push(...leased)
    if (leased.length < most) return
  }
}

function countBy(under_way: Leased[], key: 'organization_id' | 'owner'): number[] {
  const counts = new Map<string, number>()
  for (const one of under_way) counts.set(one[key]!, (counts.get(one[key]!) ?? 0) + 1)
  return [...counts.values()].sort((a, b) => a - b)
}

test('organizations share a node evenly, and leave places for the next one', async () => {
  const ids = await addCrowd({ organizations: 7, owners: 6, subjects: 12 })
  const under_way: Leased[] = []
  await lease(under_way)
  const shares = countBy(under_way, 'organization_id')
  expect(shares.length).toBe(ids.length)
  expect(shares.at(-1)! - shares[0]!).toBeLessThanOrEqual(1)
  expect(shares.at(-1)).toBeLessThanOrEqual(256 - under_way.length + 1)
  expect(under_way.length).toBeGreaterThan(200)
  expect(countBy(under_way, 'owner').at(-1)).toBeLessThanOrEqual(8)
  for (let n = 0; n < 5; n += 1) {
    const [id] = await addCrowd({ owners: 1, subjects: 3 })
    await lease(under_way)
    expect(under_way.filter(({ organization_id }) => organization_id === id).length).toBe(3)
  }
})

test('an organization with thousands due hides no other, and takes a quarter of a node', async () => {
  const [flood] = await addCrowd({ owners: 60, subjects: 200 })
  const under_way: Leased[] = []
  await lease(under_way)
  expect(under_way.length).toBeGreaterThan(55)
  expect(under_way.length).toBeLessThanOrEqual(64)
  expect(countBy(under_way, 'owner').length).toBeGreaterThan(30)
  const [quiet] = await addCrowd({ owners: 1, subjects: 1 })
  await lease(under_way)
  expect(under_way.filter(({ organization_id }) => organization_id === quiet)).toHaveLength(1)
  expect(under_way.filter(({ organization_id }) => organization_id === flood).length).toBeLessThanOrEqual(64)
})

test('with more organizations than one look considers, none is left out for long', async () => {
  await addCrowd({ organizations: 400, owners: 1, subjects: 30 })
  const seen = new Set<string>()
  // Each node starts at a random place.
  for (let looks = 0; looks < 60 && seen.size < 400; looks += 1) {
    const nothing: Leased[] = []
    await lease(nothing)
    for (const { organization_id } of nothing) seen.add(organization_id!)
  }
  expect(seen.size).toBe(400)
})

test('failing work has its own places, of which one owner gets fewer', async () => {
  await addCrowd({ organizations: 10, owners: 10, subjects: 20, is_failing: true })
  const under_way: Leased[] = []
  await lease(under_way)
  expect(under_way.every(({ is_failing }) => is_failing)).toBe(true)
  expect(under_way.length).toBeLessThanOrEqual(128)
  expect(countBy(under_way, 'owner').at(-1)).toBeLessThanOrEqual(2)
  const [id] = await addCrowd({ owners: 40, subjects: 1 })
  await lease(under_way)
  expect(under_way.filter(({ organization_id }) => organization_id === id)).toHaveLength(40)
})

test('kinds have places of their own; the earliest work of an owner runs first', async () => {
  await addCrowd({ owners: 60, subjects: 20 })
  const under_way: Leased[] = []
  await lease(under_way)
  await addCrowd({ owners: 1, subjects: 5, kind: 'other' })
  await base.database.pool.query(`update work set due_at = '-infinity', subject = 'first' where subject =
    (select subject from work where kind = 'other' and ready order by random() limit 1)`)
  const others: Leased[] = []
  await lease(others, ['other'])
  expect(others).toHaveLength(5)
  const alone = await leaseWork(base.database, [], 10, randomUUID(), randomUUID())
  expect(alone).toEqual([])
  const order = await base.database.pool.query<{ subject: string }>(
    `select subject from work where kind = 'other' order by lease`,
  )
  expect(order.rows[0]!.subject).toBe('first')
})

test('two simultaneous nodes lease nothing twice', async () => {
  await addCrowd({ organizations: 4, owners: 4, subjects: 10 })
  const [a, b]: Leased[][] = [[], []]
  await Promise.all([lease(a!), lease(b!)])
  // A look skips what the other node is just leasing, and may find nothing else.
  await lease(a!)
  await lease(b!)
  const leases = [...a!, ...b!].map(({ kind, owner, subject }) => `${kind} ${owner} ${subject}`)
  expect(new Set(leases).size).toBe(leases.length)
  expect(leases.length).toBe(160)
})

test('arrivals are merged once, however many nodes look, and work that is due later stays', async () => {
  await base.database.pool.query(
    `insert into work_arrivals (kind, owner, subject, due_at)
     select 'test', 'owner', (n % 500)::text, now() + case when n % 500 < 100 then interval '0' else interval '1 hour' end
     from generate_series(1, 2500) n`,
  )
  for (let looks = 0; looks < 3; looks += 1) await Promise.all([1, 2].map(() => mergeWork(base.database, ['test'])))
  const { rows } = await base.database.pool.query<{ all: number; ready: number }>(
    `select count(*)::int as all, count(*) filter (where ready)::int as ready from work`,
  )
  expect(rows).toEqual([{ all: 500, ready: 100 }])
})

test('an owner with hanging tries after a failure delays neither its organization nor another owner', async () => {
  await using world = await startWorld()
  const hanging = new Held()
  let isFailing = true
  const small = { node: 8, organization: 4, owner: 4 }
  const fails = kindOf(
    (item, port) => {
      if (item.owner !== 'bad') return Promise.resolve(done(item.subject))
      if (isFailing && item.tries === 1) return Promise.resolve({ next: { retry: 'It hangs.' } })
      return hanging.run(item, port)
    },
    { share: small, delays_ms: Array.from({ length: 20 }, () => 0) },
  )
  world.start([fails])
  for (let n = 0; n < 8; n += 1) await world.add(keyOf(`bad ${n}`, 'bad'))
  // One of the owner's four places is left.
  await expect.poll(() => hanging.begun.length, soon).toBe(1)
  await expect.poll(async () => (await world.rows()).every(({ slow }) => slow), soon).toBe(true)
  for (let n = 0; n < 8; n += 1) await world.add(keyOf(`good ${n}`, `good ${n % 2}`))
  await expect.poll(async () => (await world.written()).length, soon).toBe(8)
  expect(hanging.begun.length).toBe(1)
  // It works again, so it has its places back.
  isFailing = false
  hanging.begun[0]!.finish(done('bad'))
  await expect.poll(() => hanging.begun.length, soon).toBeGreaterThan(2)
  for (let n = 1; n < hanging.begun.length; n += 1) hanging.begun[n]!.finish(done('bad'))
})
