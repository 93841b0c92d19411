// A node whose lock is free is gone, and others learn it at once; one that only lost its connection has time for another.
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPresence, look_ms } from '../../src/live/presence.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { ManualClock } from '../model/manual-clock.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'

let stack: AsyncDisposableStack
let base: TestDatabase
beforeEach(async () => {
  stack = new AsyncDisposableStack()
  base = stack.use(await createTestDatabase())
})
afterEach(() => stack.disposeAsync())

async function startNode({ is_private = false, predecessor = null as string | null } = {}) {
  const id = randomUUID()
  const clock = new ManualClock()
  const log: string[] = []
  const presence = createPresence({
    ...{ database: base.database, node_id: id, clock, is_private, predecessor },
    log: createLog('debug', { write: (line: string) => void log.push(line) }),
  })
  const gone: string[] = []
  let times_back = 0
  presence.whenGone(async (ids) => void gone.push(...ids))
  presence.whenBack(() => void (times_back += 1))
  const enter = async () => {
    const session = new pg.Client({ connectionString: base.connection_string })
    session.on('error', () => {})
    await session.connect()
    stack.defer(() => session.end().catch(() => {}))
    await presence.enter(session)
    return session
  }
  const isLocked = async () => {
    const { rows } = await base.database.pool.query<{ is_locked: boolean }>(
      `select exists (select from nodes n join pg_locks l on l.objid = n.lock::oid and l.classid = 7275013 and l.objsubid = 2
         join pg_database d on d.oid = l.database and d.datname = current_database() where n.id = $1) as is_locked`,
      [id],
    )
    return rows[0]!.is_locked
  }
  const waits = () => clock.count(look_ms) === 1
  const session = await enter()
  presence.start()
  stack.use(presence)
  await expect.poll(waits).toBe(true)
  return {
    ...{ id, gone, log, enter, session },
    timesBack: () => times_back,
    /** PostgreSQL has noticed it when the result resolves. */
    async lose(session: pg.Client) {
      await session.end()
      await expect.poll(isLocked).toBe(false)
    },
    /** Another look, which is over when the result resolves. */
    async look() {
      clock.fire(look_ms, { pass: true })
      await expect.poll(waits).toBe(true)
    },
  }
}

const listed = async () => (await base.database.pool.query('select id from nodes order by id')).rows.map(({ id }) => id)

test('its session has ended, and it opened no other for a second: it is gone, once', async () => {
  const [dies, lives, looks] = [await startNode(), await startNode(), await startNode()]
  await looks.look()
  await dies.lose(dies.session)
  await looks.look()
  expect(looks.gone).toEqual([])
  await looks.look()
  expect(looks.gone).toEqual([dies.id])
  await looks.look()
  expect(looks.gone).toEqual([dies.id])
  expect(await listed()).toEqual([lives.id, looks.id].toSorted())
})

test('nobody else can use a private database: without its lock a node is gone at once', async () => {
  const dies = await startNode()
  await dies.lose(dies.session)
  const looks = await startNode({ is_private: true })
  expect(looks.gone).toEqual([dies.id])
})

test('it opened another session: it is not gone, and checks what it still has', async () => {
  const [returns, looks] = [await startNode(), await startNode()]
  let session = returns.session
  for (let times = 1; times <= 3; times += 1) {
    await returns.lose(session)
    await looks.look()
    session = await returns.enter()
    expect(returns.timesBack()).toBe(times)
  }
  await looks.look()
  expect(looks.gone).toEqual([])
})

test('all lost their sessions because PostgreSQL was restarted: only leases count', async () => {
  const [slow, looks] = [await startNode(), await startNode()]
  await slow.lose(slow.session)
  await base.database.pool.query(`update nodes set server_started_at = '2026-01-01' where id = $1`, [slow.id])
  for (let seconds = 0; seconds < 10; seconds += 1) await looks.look()
  expect(looks.gone).toEqual([])
  await looks.look()
  expect(looks.gone).toEqual([slow.id])
})

test('others thought that it was gone: it is listed again, and checks what it still has', async () => {
  const node = await startNode()
  await base.database.pool.query('delete from nodes')
  await node.look()
  expect(await listed()).toEqual([node.id])
  expect(node.timesBack()).toBe(1)
})

test('a pooler gives its session to others: it relies on leases alone, and says so', async () => {
  const node = await startNode()
  await node.session.query('select pg_advisory_unlock_all()')
  await node.look()
  expect(await listed()).toEqual([])
  expect(node.log.join('')).toContain('a pooler shares the connection')
  await node.enter()
  await node.look()
  expect(await listed()).toEqual([])
})

test('it could not enter: it tries again with the next look', async () => {
  await base.database.pool.query('alter table nodes rename to nodes_elsewhere')
  const node = await startNode()
  await base.database.pool.query('alter table nodes_elsewhere rename to nodes')
  await node.look()
  expect(await listed()).toEqual([node.id])
})

test('P11: the node before it in its data folder: one look suffices, at the start', async () => {
  const [before, other] = [await startNode(), await startNode()]
  await before.lose(before.session)
  await other.lose(other.session)
  const next = await startNode({ predecessor: before.id })
  expect(next.gone).toEqual([before.id])
  await next.look()
  expect(next.gone).toEqual([before.id, other.id])
})

test('P11: later, the node before it has as much time as any other', async () => {
  const before = await startNode()
  const next = await startNode({ predecessor: before.id })
  await before.lose(before.session)
  await next.look()
  expect(next.gone).toEqual([])
  await next.look()
  expect(next.gone).toEqual([before.id])
})

test('P11: a node that lost its own connection judges nobody for ten seconds after its return', async () => {
  const [slow, returns] = [await startNode(), await startNode()]
  await slow.lose(slow.session)
  await returns.lose(returns.session)
  for (let seconds = 0; seconds < 3; seconds += 1) await returns.look()
  await returns.enter()
  for (let seconds = 0; seconds < 9; seconds += 1) await returns.look()
  expect(returns.gone).toEqual([])
  await returns.look()
  expect(returns.gone).toEqual([slow.id])
})

test('P11: a PostgreSQL that does not show its own lock shows those of nobody', async () => {
  const [other, node] = [await startNode(), await startNode()]
  // As another server would show it, to which only the connections of the pool have moved so far.
  await base.database.pool.query('update nodes set lock = lock + 1000 where id = $1', [other.id])
  const own = await node.session.query<{ pid: number }>('select pg_backend_pid() as pid')
  await base.database.pool.query('select pg_terminate_backend($1)', [own.rows[0]!.pid])
  for (let seconds = 0; seconds < 3; seconds += 1) await node.look()
  expect(node.gone).toEqual([])
})
