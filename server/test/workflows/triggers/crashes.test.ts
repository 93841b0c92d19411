// Servers that die where a trigger fires: at every point of the commit another one goes on, and there is one execution, never none or two.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dailyAt, definitionOf, minutesAgo, type Node, soon, TriggerScene } from './fixture.ts'

let scene: TriggerScene
beforeAll(async () => {
  scene = await TriggerScene.open()
})
afterAll(() => scene[Symbol.asyncDispose]())

const ofCommit = (change: string) => [
  ...['begun', 'written', 'committed'].map((stage) => `trigger.${change}.${stage}`),
  ...['begun', 'locked', 'written'].map((stage) => `execution.accept.${stage}`),
  'work.leased',
]

/** A server that dies when it comes to the point for the first time; what it leaves is due again, as after its lease. */
async function dieAt(point: string, cause: () => Promise<void>): Promise<void> {
  let hasDied = () => {}
  const died = new Promise<void>((resolve) => (hasDied = resolve))
  await scene.start((reached: string, node: Node) => {
    if (reached !== point) return
    node.die()
    hasDied()
  })
  await cause()
  await died
}

async function goOn(): Promise<Node> {
  await expect
    .poll(async () => {
      await scene.durable.loseLeases()
      const { rows } = await scene.pool.query('select from work where lease is not null and not ready')
      return rows.length
    }, soon)
    .toBe(0)
  return scene.start()
}

it.each(ofCommit('fire'))('a schedule: %s', async (point) => {
  const time = minutesAgo(0)
  const id = await scene.live(definitionOf({ daily: dailyAt(time) }))
  await dieAt(point, () => scene.makeDue(id, time))
  const other = await goOn()
  await expect.poll(async () => (await scene.executions(id)).map(({ status }) => status), soon).toEqual(['success'])
  await expect.poll(async () => (await scene.trigger(id)).next_at! > Date.now(), soon).toBe(true)
  expect(await scene.fires(id)).toMatchObject([{ outcome: 'started' }])
  expect(await scene.durable.violations()).toEqual([])
  await other.stop()
})

it.each(ofCommit('arrival'))('an event: %s', async (point) => {
  const id = await scene.live(definitionOf({ on: { type: 'event', events: ['webhook.disabled'] } }))
  const tell = async () => {
    await scene.pool.query(
      `insert into organization_events (organization_id, id, type, subject, data)
       values ($1, $2, 'webhook.disabled', $2, '{}')`,
      [scene.organization_id, randomUUID()],
    )
  }
  await dieAt(point, tell)
  const other = await goOn()
  await expect.poll(async () => (await scene.executions(id)).map(({ status }) => status), soon).toEqual(['success'])
  const { rows } = await scene.pool.query('select from workflow_arrivals')
  expect(rows).toEqual([])
  expect(await scene.durable.violations()).toEqual([])
  await scene.goLive(id, null)
  await other.stop()
})

it.each(['trigger.place.begun', 'trigger.place.written'])('going live, as a whole or not at all: %s', async (point) => {
  const time = minutesAgo(0)
  const id = await scene.live(definitionOf({ daily: dailyAt(time), gone: { type: 'webhook' } }))
  const before = await scene.triggers(id)
  scene.publish(id, 2, definitionOf({ daily: dailyAt(minutesAgo(5)), other: { type: 'webhook' } }))
  const reached = async (at: string) => {
    if (at === point) throw new Error('the server is gone')
  }
  await expect(scene.goLive(id, 2, { reached })).rejects.toThrow('the server is gone')
  expect(await scene.triggers(id)).toEqual(before)
  await scene.goLive(id, 2)
  expect(await scene.triggers(id)).toMatchObject([
    { id: before[0]!.id, step_id: 'daily', version: 2, is_live: true },
    { id: before[1]!.id, step_id: 'gone', version: 1, is_live: false },
    { step_id: 'other', version: 2, is_live: true },
  ])
})
