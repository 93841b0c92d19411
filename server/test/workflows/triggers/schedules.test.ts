// Schedules on several servers: each time fires once, on any of them, and what is missed, overlaps or is switched is judged as it says.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dailyAt, definitionOf, hourlyAt, minutesAgo, soon, TriggerScene } from './fixture.ts'

let scene: TriggerScene
beforeAll(async () => {
  scene = await TriggerScene.open()
  await scene.start()
  await scene.start()
  await scene.start()
})
afterAll(() => scene[Symbol.asyncDispose]())

const hour_ms = 3_600_000
const started = async (workflow_id: string) =>
  (await scene.fires(workflow_id)).filter(({ outcome }) => outcome === 'started')

/** Of that a day later is due: nothing else happens. */
const settled = (workflow_id: string) =>
  expect.poll(async () => (await scene.trigger(workflow_id)).next_at! > Date.now(), soon).toBe(true)

it('starts an execution of the live version with the time, and is due a day later', async () => {
  const time = minutesAgo(0)
  const id = await scene.live(definitionOf({ daily: dailyAt(time) }))
  const trigger = await scene.trigger(id)
  expect(trigger).toMatchObject({ type: 'timer', version: 1, is_live: true, paused: false })
  expect(trigger.next_at).toBe(time.getTime() + 24 * hour_ms)
  await scene.makeDue(id, time)
  await expect.poll(() => scene.fires(id), soon).toHaveLength(1)
  const [fire] = await scene.fires(id)
  expect(fire).toMatchObject({ outcome: 'started', reason: null, scheduled_at: time.getTime() })
  const [execution, ...others] = await scene.executions(id)
  expect(others).toEqual([])
  const scheduled_at = time.toISOString()
  expect(execution).toMatchObject({ id: fire!.execution_id, version: 1, depth: 0 })
  // On a machine that is far too busy a minute may have passed.
  const missed = expect.any(Boolean) as boolean
  expect(execution!.input).toEqual({ type: 'timer', scheduled_at, missed })
  expect(execution!.trigger).toEqual({ type: 'timer', trigger_id: trigger.id, scheduled_at, missed })
  expect((await scene.trigger(id)).next_at).toEqual(trigger.next_at)
  await expect.poll(async () => (await scene.executions(id))[0]!.status, soon).toBe('success')
})

it('fires each of many that are due together once, by whichever server', async () => {
  const time = minutesAgo(0)
  const ids = await Promise.all(Array.from({ length: 20 }, () => scene.live(definitionOf({ daily: dailyAt(time) }))))
  await Promise.all(ids.map((id) => scene.makeDue(id, time)))
  await Promise.all(ids.map(settled))
  const fires = await Promise.all(ids.map((id) => scene.fires(id)))
  expect(fires.flat().map(({ outcome }) => outcome)).toEqual(ids.map(() => 'started'))
  const executions = await Promise.all(ids.map((id) => scene.executions(id)))
  expect(executions.flat()).toHaveLength(ids.length)
  expect(await scene.durable.violations()).toEqual([])
})

it.each([
  ['once', [0]],
  ['all', [4, 3, 2, 1, 0]],
  ['skip', []],
] as const)('makes up for missed times: %s', async (missed, hours_ago) => {
  const last = minutesAgo(5)
  const id = await scene.live(definitionOf({ hourly: hourlyAt(last, { missed }) }))
  await scene.makeDue(id, new Date(last.getTime() - 4 * hour_ms))
  await settled(id)
  const times = hours_ago.map((hours) => last.getTime() - hours * hour_ms)
  expect((await started(id)).map(({ scheduled_at }) => scheduled_at)).toEqual(times)
  const skipped = (await scene.fires(id)).filter(({ outcome }) => outcome === 'skipped')
  expect(skipped.map(({ reason }) => reason)).toEqual(Array.from({ length: 5 - times.length }, () => 'missed'))
  expect((await scene.executions(id)).map(({ input }) => input['missed'])).toEqual(times.map(() => true))
})

it('fires nothing while the organization is suspended, and then what the schedule says of missed times', async () => {
  const last = minutesAgo(5)
  const id = await scene.live(definitionOf({ hourly: hourlyAt(last, { missed: 'once' }) }))
  const become = (status: string) =>
    scene.pool.query(
      `insert into organizations (id, name, slug, settings, status) values ($1, 'Suspended', 'suspended', '{}', $2)
       on conflict (id) do update set status = excluded.status`,
      [scene.organization_id, status],
    )
  await become('suspended')
  await scene.makeDue(id, new Date(last.getTime() - 2 * hour_ms))
  const looksLater = async () => {
    const { rowCount } = await scene.pool.query(
      `select from work where kind = 'workflow_schedule' and subject = $1::text and lease is null
         and due_at between now() + interval '30 seconds' and now() + interval '60 seconds'`,
      [(await scene.trigger(id)).id],
    )
    return rowCount
  }
  await expect.poll(looksLater, soon).toBe(1)
  expect(await scene.fires(id)).toEqual([])
  await become('active')
  await scene.hurry('workflow_schedule')
  await settled(id)
  expect((await started(id)).map(({ scheduled_at }) => scheduled_at)).toEqual([last.getTime()])
})

it('skips a time while the execution of an earlier one has not ended', async () => {
  const last = minutesAgo(0)
  const wait = { id: 'wait', type: 'wait', config: { duration: 1, unit: 'days' } }
  const definition = definitionOf(
    { hourly: hourlyAt(last, { overlap: 'skip', missed: 'all' }) },
    { steps: [wait], next: 'wait' },
  )
  scene.durable.script = async () => ({ type: 'waits', until: Date.now() + 24 * hour_ms, resumable: false }) as never
  const id = await scene.live(definition)
  await scene.makeDue(id, new Date(last.getTime() - hour_ms))
  await settled(id)
  const overlap = { outcome: 'skipped', reason: 'overlap' }
  expect(await scene.fires(id)).toMatchObject([{ outcome: 'started' }, overlap])
  await scene.makeDue(id, new Date(last.getTime() - 2 * hour_ms))
  await settled(id)
  expect(await scene.fires(id)).toMatchObject([overlap, { outcome: 'started' }, overlap])
  expect(await scene.executions(id)).toHaveLength(1)
})
