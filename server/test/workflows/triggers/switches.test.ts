// Going live and going offline: what a trigger keeps, and that a switch and a fire at once are one after the other.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dailyAt, definitionOf, hourlyAt, minutesAgo, soon, TriggerScene } from './fixture.ts'

let scene: TriggerScene
beforeAll(async () => {
  scene = await TriggerScene.open()
})
afterAll(() => scene[Symbol.asyncDispose]())

const hour_ms = 3_600_000

it('keeps the id and the next time of a trigger with the same step and schedule, and takes another one from now on', async () => {
  const time = minutesAgo(30)
  const id = await scene.live(definitionOf({ at: hourlyAt(time) }))
  const first = await scene.trigger(id)
  // As if it had been due a moment ago: the switch must not lose it.
  await scene.pool.query('update workflow_triggers set next_at = $2 where id = $1', [first.id, time])
  scene.publish(id, 2, definitionOf({ at: hourlyAt(time, { missed: 'all' }) }))
  await scene.goLive(id, 2)
  expect(await scene.trigger(id)).toMatchObject({ id: first.id, version: 2, next_at: time.getTime() })
  const other = minutesAgo(10)
  scene.publish(id, 3, definitionOf({ at: hourlyAt(other) }))
  await scene.goLive(id, 3)
  expect(await scene.trigger(id)).toMatchObject({ id: first.id, version: 3, next_at: other.getTime() + hour_ms })
})

it('has no time while it is offline, and misses none', async () => {
  const time = minutesAgo(30)
  const id = await scene.live(definitionOf({ at: hourlyAt(time) }))
  await scene.goLive(id, null)
  expect(await scene.trigger(id)).toMatchObject({ is_live: false, next_at: null })
  await scene.goLive(id, 1)
  expect(await scene.trigger(id)).toMatchObject({ is_live: true, next_at: time.getTime() + hour_ms })
})

it('is another trigger if the step has another type', async () => {
  const id = await scene.live(definitionOf({ at: hourlyAt(minutesAgo(30)) }))
  const first = await scene.trigger(id)
  scene.publish(id, 2, definitionOf({ at: { type: 'webhook' } }))
  await scene.goLive(id, 2)
  const second = await scene.trigger(id)
  expect(second).toMatchObject({ type: 'webhook', next_at: null })
  expect(second.id).not.toBe(first.id)
})

it('fires before the switch or after it, never half of each', async () => {
  const time = minutesAgo(0)
  const id = await scene.live(definitionOf({ daily: dailyAt(time) }))
  scene.publish(id, 2, definitionOf({ daily: dailyAt(time) }))
  let goOn = () => {}
  const held = new Promise<void>((resolve) => (goOn = resolve))
  let hasReached = () => {}
  const reached = new Promise<void>((resolve) => (hasReached = resolve))
  const node = await scene.start(async (point) => {
    if (point !== 'trigger.fire.written') return
    hasReached()
    await held
  })
  await scene.makeDue(id, time)
  await reached
  // It waits for the row of the trigger.
  const switched = scene.goLive(id, null)
  goOn()
  await switched
  await expect.poll(async () => (await scene.executions(id)).map(({ status }) => status), soon).toEqual(['success'])
  expect(await scene.executions(id)).toMatchObject([{ version: 1 }])
  expect(await scene.trigger(id)).toMatchObject({ is_live: false, next_at: null })
  await scene.makeDue(id, time)
  await node.stop()
  expect(await scene.fires(id)).toHaveLength(1)
})

it('of two that go live at once before the conversations of one agent, one is refused', async () => {
  const before = (agent_ids: string[]) => definitionOf({ before: { type: 'pre_call', agent_ids } })
  const ids = await Promise.all([scene.add(before(['a', 'b'])), scene.add(before(['b', 'c']))])
  const outcomes = await Promise.allSettled(ids.map((id) => scene.goLive(id, 1)))
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const live = (await Promise.all(ids.map((id) => scene.triggers(id)))).flat()
  expect(live).toHaveLength(1)
})
