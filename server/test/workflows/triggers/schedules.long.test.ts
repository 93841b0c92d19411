// A thousand schedules that are due at once on three servers: each fires once.
import { expect, it } from 'vitest'
import { dailyAt, definitionOf, minutesAgo, TriggerScene } from './fixture.ts'

const patient = { timeout: 300_000, interval: 200 }

it('fires a thousand schedules of one minute a thousand times', { timeout: 600_000 }, async () => {
  await using scene = await TriggerScene.open()
  for (let server = 0; server < 3; server += 1) await scene.start()
  const time = minutesAgo(0)
  const triggers = Object.fromEntries(Array.from({ length: 10 }, (_each, n) => [`at${n}`, dailyAt(time)]))
  const definition = definitionOf(triggers)
  for (let workflow = 0; workflow < 100; workflow += 1) await scene.live(definition)
  await scene.pool.query('update workflow_triggers set next_at = $1', [time])
  await scene.pool.query(
    `insert into work_arrivals (kind, owner, subject, organization_id, due_at)
     select 'workflow_schedule', workflow_id, id, organization_id, now() from workflow_triggers`,
  )
  const count = async (what: string) => (await scene.pool.query<{ count: number }>(what)).rows[0]!.count
  await expect.poll(() => count('select count(*) from workflow_triggers where next_at < now()'), patient).toBe(0)
  expect(await count(`select count(*) from workflow_fires where outcome = 'started'`)).toBe(1000)
  expect(await count('select count(*) from workflow_fires')).toBe(1000)
  expect(await count('select count(*) from workflow_executions')).toBe(1000)
  const open = 'select count(*) from workflow_executions where finished_at is null'
  await expect.poll(() => count(open), patient).toBe(0)
  expect(await scene.durable.violations()).toEqual([])
})
