// A server dies at a pause point of an execution; another one goes on (W4, W5, W6).
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { executionStages } from '../../../src/workflows/commit/pause-points.ts'
import { Scene, answer, graphOf, soon } from './fixture.ts'

let scene: Scene

const path = graphOf({
  a: { type: 'trigger', ports: { default: 'b' } },
  b: { type: 'http', is_idempotent: false, ports: { default: 'c', error: 'c' } },
  c: { type: 'http', ports: { default: 'w' } },
  w: { type: 'wait', ports: { default: 'd' } },
  d: { type: 'condition', ports: { default: 'f' } },
  f: { type: 'http', ports: { default: 'e' } },
  e: { type: 'output' },
})

const hour_ms = 3_600_000
const changes = ['begin', 'effect', 'result', 'wait'] as const
const stages = executionStages.filter((stage) => stage !== 'locked')
export const crashPoints = [
  'work.leased',
  'execution.leased',
  'execution.request',
  'execution.answered',
  ...changes.flatMap((change) => stages.map((stage) => `execution.${change}.${stage}`)),
]

/** Defines the tests of a file. */
export function testCrashes(which: readonly string[]): void {
  beforeAll(async () => {
    scene = await Scene.open()
  })
  afterAll(() => scene[Symbol.asyncDispose]())
  test.each(which)('W4, W5, W6, W7: a server dies at %s', crashAt)
}

async function crashAt(point: string): Promise<void> {
  const requests = scene.requests.length
  scene.script = async ({ step, visit, position }, request) => {
    if (step.type === 'wait') return { type: 'waits', until: visit.started_at + hour_ms, is_resumable: false }
    await request()
    return answer({ at: position })
  }
  let isMet = false
  const first = await scene.start((reached, node) => {
    if (reached !== point || isMet) return
    isMet = true
    node.die()
  })
  // Alive, it would carry the executions of other tests.
  onTestFinished(() => first.die())
  const id = await scene.accept(scene.add(path), { mode: 'async' })
  const look = async () => {
    const { status } = await scene.read(id)
    if (status === 'waiting') await scene.passTime(id, 3601)
    return status
  }
  const hasDied = async () => {
    await look()
    return first.isDead
  }
  await expect.poll(hasDied, soon).toBe(true)
  expect(await scene.violations()).toEqual([])
  const second = await scene.start()
  const hasEnded = async () => {
    await scene.loseLeases()
    return look()
  }
  await expect.poll(hasEnded, soon).toBe('success')
  const visits = await scene.visits(id)
  expect(visits.map(({ step_id }) => step_id)).toEqual(['a', 'b', 'c', 'w', 'd', 'f', 'e'])
  const sent = scene.requests.slice(requests)
  expect(
    sent.filter(({ position }) => position === 2).length,
    'requests that must not be repeated',
  ).toBeLessThanOrEqual(1)
  const isUnknown = visits[1]!.status === 'failed'
  if (!isUnknown) expect(sent.filter(({ position }) => position === 2).length).toBe(1)
  for (const at of [3, 6]) expect(sent.filter(({ position }) => position === at).length).toBeGreaterThanOrEqual(1)
  await expect.poll(() => scene.violations(), soon).toEqual([])
  second.die()
}
