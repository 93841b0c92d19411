// Leased work: what is added is done once, by one node, and the writes of a run count only under its lease.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Due, addWork } from '../../src/work/add.ts'
import { LeaseLost, type Outcome, type WorkPort } from '../../src/work/port.ts'
import { readQueues } from '../../src/shared-queues.ts'
import { countStuckWork, mergeWork } from '../../src/work/queries.ts'
import { stuckWork } from '../../src/work/watch-stuck.ts'
import { ManualClock } from '../model/manual-clock.ts'
import {
  Held,
  type World,
  beginStatement,
  done,
  hurriedClock,
  keyOf,
  kindOf,
  soon,
  startWorld,
  write,
} from './fixture.ts'
import { steadyTime } from '../support/steady-time.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

// Arrivals first: those that have left since are among the rows.
const untilOver = () => expect.poll(async () => [await arrivals(), await world.rows()], soon).toEqual([0, []])
const arrivals = async () => (await world.base.database.pool.query('select from work_arrivals')).rowCount
const poll_ms = 750

describe('what is added', () => {
  test('is done if its cause was committed, and only then', async () => {
    const { database } = world.base
    const lost = database.transaction(async (tx) => {
      await tx.readAtBegin(beginStatement, [])
      addWork(tx, 'test', keyOf('lost'))
      await tx.sent()
      throw new Error('rolled back')
    })
    await expect(lost).rejects.toThrow('rolled back')
    await world.add(keyOf('kept'))
    world.start([kindOf(async ({ subject }) => done(subject))])
    await expect.poll(world.written, soon).toEqual(['kept'])
    await untilOver()
  })

  test('several times while it waits is one run, as old as the first call; while it runs, one more', async () => {
    const { database } = world.base
    const held = new Held()
    const add = async (due: Due, minutes_ago: number) => {
      await world.add(keyOf('one'), due)
      const earlier = `now() - $1 * interval '1 minute'`
      await database.pool.query(
        `update work_arrivals set added_at = ${earlier}, due_at = case when due_at > '-infinity' then ${earlier} else due_at end`,
        [minutes_ago],
      )
      await mergeWork(database, ['test'])
      const { jobs_lag } = await readQueues(database, ['test'], 'none')
      return Math.round(jobs_lag[0]!.value / 60)
    }
    expect(await add({ urgent: true }, 30)).toBe(30)
    expect(await add({ urgent: true }, 10)).toBe(30)
    await database.pool.query('delete from work')
    expect(await add({ in_ms: 0 }, 40)).toBe(40)
    expect(await add({ urgent: true }, 10)).toBe(40)
    world.start([kindOf(held.run)])
    await expect.poll(() => held.begun.length, soon).toBe(1)
    const readRow = async () => (await world.rows())[0]!
    expect(await readRow()).toMatchObject({ urgent_since: null })
    for (let n = 0; n < 3; n += 1) await world.add(keyOf('one'), { urgent: true })
    await expect.poll(async () => (await readRow()).again_at, soon).not.toBeNull()
    expect((await readRow()).urgent_since).not.toBeNull()
    held.begun[0]!.finish(done('first'))
    await expect.poll(() => held.begun.length, soon).toBe(2)
    expect(held.begun[1]!.item.tries).toBe(1)
    held.begun[1]!.finish(done('second'))
    await untilOver()
    expect(await world.written()).toEqual(['first', 'second'])
    expect(held.begun.length).toBe(2)
  })

  test('the earliest time counts, whichever comes first', async () => {
    const kind = kindOf(async () => done('too early'))
    world.start([kind])
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
    const [later, sooner] = [at(2), at(1)]
    for (const [subject, times] of [
      ['falling', [later, sooner]],
      ['rising', [sooner, later]],
    ] as const) {
      for (const time of times) {
        await world.add(keyOf(subject), { at: time })
        await expect.poll(arrivals, soon).toBe(0)
      }
    }
    const due = (await world.rows()).map(({ due_at }) => due_at.slice(0, 19))
    expect(due).toEqual([sooner.slice(0, 19), sooner.slice(0, 19)])
    expect(await world.written()).toEqual([])
  })

  test('urgent work starts at once; a lost message only delays it until the next look', async () => {
    const clock = new ManualClock()
    const ran: string[] = []
    const kind = kindOf(async ({ subject }) => {
      ran.push(subject)
      return { next: 'done' }
    })
    world.start([kind], { clock })
    await expect.poll(() => clock.count(poll_ms), soon).toBe(1)
    await expect.poll(world.listening, soon).toBe(1)
    await world.add(keyOf('urgent'), { urgent: true })
    // Not the regular look: the one that was called for, a moment after the first.
    await expect.poll(() => clock.fire((ms) => ms <= 100, { pass: true }), soon).toBe(1)
    await expect.poll(() => ran, soon).toEqual(['urgent'])
    await world.add(keyOf('plain'))
    await expect.poll(() => clock.count(poll_ms), soon).toBe(1)
    expect([ran, clock.fire((ms) => ms <= 100)]).toEqual([['urgent'], 0])
    clock.fire(poll_ms, { pass: true })
    await expect.poll(() => ran, soon).toEqual(['urgent', 'plain'])
    clock.end()
  })
})

describe('the lease', () => {
  test('the writes of a run that has lost it are refused, and so is its end', async () => {
    const [first, second] = [new Held(), new Held()]
    world.start([kindOf(first.run)])
    await world.add(keyOf('one'))
    await expect.poll(() => first.begun.length, soon).toBe(1)
    world.start([kindOf(second.run)])
    // Either node may take it over.
    await world.loseLeases()
    await expect.poll(() => first.begun.length + second.begun.length, soon).toBe(2)
    const taken = second.begun[0] ?? first.begun[1]!
    const [stale] = first.begun
    await expect(stale!.port.commit((tx) => write(tx, 'stale commit'))).rejects.toThrow(LeaseLost)
    stale!.finish(done('stale'))
    await expect.poll(() => world.log.some((line) => line.includes('another node took the work over')), soon).toBe(true)
    expect(await world.written()).toEqual([])
    await taken.port.commit((tx) => write(tx, 'step'))
    taken.finish(done('end'))
    await untilOver()
    expect(await world.written()).toEqual(['step', 'end'])
  })

  test('a run that takes longer than its lease keeps renewing it', async () => {
    const [first, second] = [new Held(), new Held()]
    const clock = new ManualClock()
    const lease_ms = 60_000
    await world.add(keyOf('one'))
    world.start([kindOf(first.run, { lease_ms })], { clock })
    await expect.poll(() => first.begun.length, soon).toBe(1)
    world.start([kindOf(second.run, { lease_ms })])
    const left_ms = async () => Date.parse((await world.rows())[0]!.due_at) - Date.now()
    // Half of it passes again and again.
    for (let times = 0; times < 3; times += 1) {
      await world.base.database.pool.query(`update work set due_at = due_at - interval '30 seconds'`)
      expect(clock.fire(lease_ms / 3, { pass: true })).toBe(1)
      await expect.poll(left_ms, soon).toBeGreaterThan(45_000)
      await expect.poll(() => clock.count(lease_ms / 3), soon).toBe(1)
    }
    expect([first.begun.length, second.begun.length]).toEqual([1, 0])
    expect(first.begun[0]!.port.signal.aborted).toBe(false)
    first.begun[0]!.finish(done('first'))
    await untilOver()
    expect(await world.written()).toEqual(['first'])
    clock.end()
  })

  test('when the lease of a paused node runs out, another node takes over, and the paused one learns of it', async () => {
    const [first, second] = [new Held(), new Held()]
    const clock = new ManualClock()
    await world.add(keyOf('one'))
    const [begun_at, began_at] = [Date.now(), steadyTime()]
    world.start([kindOf(first.run, { lease_ms: 1500 })], { clock })
    await expect.poll(() => first.begun.length, soon).toBe(1)
    // It keeps what it has taken over.
    world.start([kindOf(second.run, { lease_ms: 60_000 })])
    await expect.poll(() => second.begun.length, soon).toBe(1)
    expect(Date.now() - begun_at).toBeGreaterThan(1200)
    expect(steadyTime() - began_at).toBeLessThan(1500 + 8000)
    expect(second.begun[0]!.item.tries).toBe(2)
    clock.fire(500, { pass: true })
    await expect.poll(() => first.begun[0]!.port.signal.aborted, soon).toBe(true)
    second.begun[0]!.finish(done('second'))
    await untilOver()
    expect(await world.written()).toEqual(['second'])
    clock.end()
  })

  test('a node that stops gives unfinished work back, and the try does not count', async () => {
    const [first, second] = [new Held(), new Held()]
    const node = world.start([kindOf(first.run)], { clock: hurriedClock((ms) => ms === 5000) })
    await world.add(keyOf('one'))
    await expect.poll(() => first.begun.length, soon).toBe(1)
    await node.stop()
    expect(first.begun[0]!.port.signal.aborted).toBe(true)
    expect(await world.rows()).toMatchObject([{ lease: null, ready: true, tries: 0 }])
    world.start([kindOf(second.run)])
    await expect.poll(() => second.begun[0]?.item.tries, soon).toBe(1)
    second.begun[0]!.finish(done('second'))
    await untilOver()
  })

  test('a kind may have more time than others when its node stops', async () => {
    const [short, long] = [new Held(), new Held()]
    const clock = hurriedClock((ms) => ms === 5000 || ms === 2000)
    const node = world.start([kindOf(short.run), kindOf(long.run, { name: 'long', drain_ms: 7000 })], { clock })
    await world.add(keyOf('one'))
    await world.add(keyOf('two'), undefined, 'long')
    await expect.poll(() => short.begun.length + long.begun.length, soon).toBe(2)
    const aborted: string[] = []
    short.begun[0]!.port.signal.addEventListener('abort', () => aborted.push('short'))
    long.begun[0]!.port.signal.addEventListener('abort', () => aborted.push('long'))
    await node.stop()
    expect(aborted).toEqual(['short', 'long'])
    await world.base.database.pool.query('delete from work')
  })

  test('the lease of a run that ignores its signal is given back too, and its writes are refused', async () => {
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    let begun = 0
    const deaf = kindOf(() => ((begun += 1), promise))
    const node = world.start([deaf], { clock: hurriedClock((ms) => ms === 5000 || ms === 2000) })
    await world.add(keyOf('one'))
    await expect.poll(() => begun, soon).toBe(1)
    await node.stop()
    expect(await world.rows()).toMatchObject([{ lease: null, ready: true }])
    resolve(done('stale'))
    await expect.poll(() => world.log.some((line) => line.includes('another node took the work over')), soon).toBe(true)
    expect(await world.written()).toEqual([])
  })
})

describe('failures', () => {
  const retry: Outcome = { next: { retry: 'It rains.' } }

  test('three tries with two delays; then it is given up, in one commit with its end, and settled', async () => {
    const tries: number[] = []
    const settled: string[] = []
    const kind = kindOf(
      async (item) => {
        tries.push(item.tries)
        return retry
      },
      { settled: async ({ subject }) => void settled.push(subject) },
    )
    world.start([kind])
    await world.add(keyOf('one'))
    await expect.poll(() => settled, soon).toEqual(['one'])
    await untilOver()
    expect(tries).toEqual([1, 2, 3])
    expect(await world.written()).toEqual(['one: It rains.'])
  })

  test('the reason of a run that throws is only in the log', async () => {
    world.start([kindOf(async () => Promise.reject(new Error('secret')))])
    await world.add(keyOf('one'))
    await untilOver()
    expect(await world.written()).toEqual(['one: The server failed with an internal error.'])
    expect(world.log.filter((line) => line.includes('secret'))).toHaveLength(3)
  })

  test('a result that cannot be stored does not end the work, which is then given up with that reason', async () => {
    const writeAndFail: Outcome['write'] = async (tx) => {
      await write(tx, 'half')
      throw new Error('no room')
    }
    world.start([kindOf(async () => ({ next: 'done', write: writeAndFail }))])
    await world.add(keyOf('one'))
    await untilOver()
    expect(await world.written()).toEqual(['one: The result could not be stored.'])
  })

  test('the pause before the next try is that of the kind or of the outcome; urgent work ends it, other additions do not', async () => {
    const tries: string[] = []
    const kind = kindOf(
      async (item) => {
        tries.push(`${item.subject} ${item.tries}`)
        if (item.tries > 1) return { next: 'done' }
        return { next: { retry: 'Later.', ...(item.subject === 'own' ? { after_ms: 7_200_000 } : {}) } }
      },
      { delays_ms: [3_600_000, 0] },
    )
    world.start([kind])
    await world.add(keyOf('kind'))
    await world.add(keyOf('own'))
    const pauses = async () =>
      (await world.rows())
        .filter(({ lease, tries }) => lease === null && tries === 1)
        .map(({ due_at }) => (Date.parse(due_at) - Date.now()) / 3_600_000)
    await expect.poll(pauses, soon).toHaveLength(2)
    const [ofKind, own] = await pauses()
    expect([ofKind! > 0.89 && ofKind! < 1.11, own! > 1.99 && own! < 2.01]).toEqual([true, true])
    await world.add(keyOf('kind'))
    await expect.poll(arrivals, soon).toBe(0)
    expect((await pauses())[0]).toBeGreaterThan(0.8)
    expect(tries.toSorted()).toEqual(['kind 1', 'own 1'])
    await world.add(keyOf('kind'), { urgent: true })
    await expect.poll(() => tries, soon).toContain('kind 2')
  })

  test('a failure moves all current and new work of its owner to the failing pool; a success moves it back', async () => {
    const kind = kindOf(async ({ tries }) => (tries === 1 ? retry : { next: 'done' }), { delays_ms: [3_600_000] })
    world.start([kind])
    const later = { in_ms: 3_600_000 }
    await world.add(keyOf('waits'), later)
    await world.add(keyOf('waits', 'other'), later)
    await expect.poll(arrivals, soon).toBe(0)
    await world.add(keyOf('fails'))
    const slow = async () =>
      (await world.rows()).filter((row) => row.slow).map(({ owner, subject }) => `${owner} ${subject}`)
    await expect.poll(slow, soon).toEqual(['owner fails', 'owner waits'])
    await world.add(keyOf('comes'), later)
    await world.add(keyOf('comes', 'other'), later)
    await expect.poll(slow, soon).toEqual(['owner comes', 'owner fails', 'owner waits'])
    await world.add(keyOf('fails'), { urgent: true })
    await expect.poll(slow, soon).toEqual([])
    expect(await world.rows()).toHaveLength(4)
  })

  test('work that cannot be given up is stuck: counted, left alone, and retried on request', async () => {
    let isBroken = true
    let runs = 0
    const kind = kindOf(
      async () => {
        runs += 1
        return isBroken ? retry : done('at last')
      },
      {
        giveUp: async () => {
          throw new Error('not even that')
        },
      },
    )
    world.start([kind])
    await world.add(keyOf('one'))
    const { database } = world.base
    await expect.poll(() => countStuckWork(database), soon).toMatchObject([{ kind: 'test', count: 1 }])
    expect(world.log.some((line) => line.includes('work is stuck') && line.includes('not even that'))).toBe(true)
    expect(await world.written()).toEqual([])
    // It still looks, and finds nothing.
    await world.add(keyOf('another'), { in_ms: 3_600_000 })
    await expect.poll(arrivals, soon).toBe(0)
    expect(runs).toBe(3)
    isBroken = false
    const errors: object[] = []
    const watchAfter = (ms: number) =>
      stuckWork(database, { now: () => Date.now() + ms }, { error: (about: object) => void errors.push(about) })
    const port = { signal: new AbortController().signal } as WorkPort
    const item = { organization_id: null, owner: 'all', subject: '', tries: 1 }
    await watchAfter(0).run(item, port)
    expect(errors).toMatchObject([{ kind: 'test', count: 1 }])
    expect(await countStuckWork(database)).toHaveLength(1)
    await watchAfter(3_700_000).run(item, port)
    await expect.poll(world.written, soon).toEqual(['at last'])
    expect(await countStuckWork(database)).toEqual([])
  })
})
