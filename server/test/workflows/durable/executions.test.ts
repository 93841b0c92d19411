// Executions on a real database: what the tables refuse, what one commit holds, how they go on after a crash, and how they end.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCopied } from '../../../src/workflows/commit/accept.ts'
import { cancelMany } from '../../../src/workflows/commit/cancel-many.ts'
import { digestOf, readDefinition } from '../../../src/workflows/commit/definitions.ts'
import { eraseExecutions } from '../../../src/workflows/commit/erase.ts'
import { loadExecution } from '../../../src/workflows/commit/load.ts'
import { sweepExecutions } from '../../../src/workflows/commit/sweep.ts'
import { testPorts } from '../../support/ports.ts'
import { Scene, answer, graphOf, kept, soon } from './fixture.ts'

let scene: Scene
beforeAll(async () => {
  scene = await Scene.open()
})
afterAll(() => scene[Symbol.asyncDispose]())

const path = graphOf({
  a: { type: 'trigger', ports: { default: 'b' } },
  b: { type: 'http', is_idempotent: false, ports: { default: 'c', error: 'c' } },
  c: { type: 'http', ports: { default: 'd' } },
  d: { type: 'condition', ports: { default: 'e' } },
  e: { type: 'output' },
})

const cancelled = { type: 'cancelled', reason: 'by_caller' } as const
const untilStatus = (id: string, status: string) =>
  expect.poll(async () => (await scene.read(id)).status, soon).toBe(status)

describe('without a server', () => {
  test('W1, W4: an accepted execution has its first visit, its first event and a job', async () => {
    const id = await scene.accept(scene.add(path))
    expect(await scene.violations()).toEqual([])
    expect((await scene.visits(id)).map(({ step_id, status }) => [step_id, status])).toEqual([['a', 'ready']])
    expect((await scene.events(id)).map(({ type }) => type)).toEqual(['workflow_execution.queued'])
    expect((await loadExecution(scene.store, id))!.state).toMatchObject({ phase: 'admitted', events: 1 })
    await scene.change('cancel', id, cancelled)
  })

  test('W2: the database refuses every later write; content may be erased', async () => {
    const id = await scene.accept(scene.add(path))
    await scene.change('cancel', id, cancelled)
    const again = await scene.change('cancel', id, cancelled)
    expect(again!.reduced).toEqual({ refused: 'final' })
    for (const set of [`status = 'success', phase = 'success'`, 'visit_count = 7', `output = '{}'`]) {
      await expect(scene.pool.query(`update workflow_executions set ${set} where id = $1`, [id])).rejects.toThrow(
        'is final',
      )
    }
    await expect(
      scene.pool.query(`update workflow_visits set branch = 'x' where execution_id = $1`, [id]),
    ).rejects.toThrow('is final')
    await scene.pool.query('update workflow_executions set input = null, is_erased = true where id = $1', [id])
  })

  test('W3: a second open visit is refused', async () => {
    const id = await scene.accept(scene.add(path))
    const second = `insert into workflow_visits select execution_id, 2, step_id, step_name, type, visit, status, branch, error, attempts, lost,
      is_sent, started_at, finished_at, until, is_resumable, bytes from workflow_visits where execution_id = $1`
    await expect(scene.pool.query(second, [id])).rejects.toThrow('workflow_visits_open')
    await scene.change('cancel', id, cancelled)
  })

  test('W9: a cause starts one execution', async () => {
    const workflow = scene.add(path)
    const causes = Array.from({ length: 8 }, () => scene.accept(workflow, { cause: 'conversation before' }))
    const outcomes = await Promise.allSettled(causes)
    const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(started.length).toBe(1)
    await scene.change('cancel', started[0]!, cancelled)
  })

  test('of two changes at once one wins', async () => {
    const graph = graphOf({ a: { type: 'wait' } })
    const id = await scene.accept(scene.add(graph))
    const all = await Promise.all(Array.from({ length: 8 }, () => scene.change('cancel', id, cancelled)))
    expect(all.filter((one) => !('refused' in one!.reduced)).length).toBe(1)
    expect((await scene.events(id)).length).toBe(2)
  })

  test('W12: what is queued for a day is not started; what is old is deleted', async () => {
    const id = await scene.accept(scene.add(path))
    const sweep = () =>
      sweepExecutions({ ...scene.services, ...kept, database: scene.database }, new AbortController().signal)
    await sweep()
    expect((await scene.read(id)).status).toBe('queued')
    await scene.pool.query(`update workflow_executions set queued_at = queued_at - interval '25 hours' where id = $1`, [
      id,
    ])
    await sweep()
    expect((await scene.read(id)).error).toMatchObject({ code: 'not_started' })
  })

  test('W11: equal copies are stored once, and kept as long as an execution has them', async () => {
    const definition = { nodes: [{ id: 'a', type: 'code' }] }
    const digest = digestOf(definition)
    const copied = { definition_digest: digest, copy: definition }
    const ids = [await scene.accept(scene.add(path), copied), await scene.accept(scene.add(path), copied)]
    const { rows } = await scene.pool.query('select digest from workflow_definitions')
    expect(rows).toHaveLength(1)
    const services = { ...scene.services, ...kept, database: scene.database }
    const sweep = (days: number) =>
      sweepExecutions({ ...services, kept_days: { executions: days, tests: 7 } }, new AbortController().signal)
    for (const [index, id] of ids.entries()) {
      await scene.change('cancel', id, { type: 'cancelled', reason: 'by_caller' })
      await sweep(30)
      expect(await readDefinition(scene.store, digest)).toEqual(definition)
      await sweep(0)
      expect(await scene.read(id)).toBeUndefined()
      expect(await readDefinition(scene.store, digest)).toEqual(index === 0 ? definition : null)
    }
  })

  test('many are cancelled together, and no others', async () => {
    const [one, other] = [scene.add(path), scene.add(path)]
    const ids = await Promise.all(Array.from({ length: 7 }, () => scene.accept(one)))
    const spared = await scene.accept(other)
    const filter = { workflow_id: one, status: 'queued', created_before: null } as const
    expect(await cancelMany(scene.services, scene.store, filter, 5)).toEqual({
      ...{ cancelled: 5, continue_after: expect.any(String) },
    })
    expect(await cancelMany(scene.services, scene.store, filter)).toEqual({ cancelled: 2, continue_after: null })
    for (const id of ids) expect((await scene.read(id))['cancel_reason']).toBe('by_caller')
    expect((await scene.read(spared)).status).toBe('queued')
    expect(await scene.violations()).toEqual([])
    await scene.change('cancel', spared, cancelled)
  })

  test('an erased conversation cancels its executions and takes their payloads', async () => {
    const conversation_id = randomUUID()
    const id = await scene.accept(scene.add(path), { conversation_id, input: { secret: 'word' } })
    await scene.store.transaction(async (tx) => eraseExecutions(scene.services, tx, conversation_id))
    const { status, cancel_reason, input } = await scene.read(id)
    expect([status, cancel_reason, input]).toEqual(['cancelled', 'conversation_deleted', null])
  })
})

describe('on servers', () => {
  test('a path runs to its end; each visit, event and request once', async () => {
    const node = await scene.start()
    const id = await scene.accept(scene.add(path), { input: { text: 'null \u0000 byte' } })
    await untilStatus(id, 'success')
    expect((await scene.read(id)).output).toEqual({ at: 5 })
    expect((await scene.visits(id)).map(({ step_id, status }) => `${step_id} ${status}`)).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((step) => `${step} success`),
    )
    expect(scene.requests.filter(({ execution }) => execution === id).map(({ position }) => position)).toEqual([2, 3])
    await expect.poll(() => scene.violations(), soon).toEqual([])
    node.die()
    await scene.loseLeases()
  })

  test('W8: a wait, resumed or due; its timer is not early', async () => {
    const node = await scene.start()
    scene.script = async ({ step, visit }) =>
      step.type === 'wait'
        ? { type: 'waits', until: visit.started_at + 3_600_000, is_resumable: true }
        : answer({ done: true })
    const workflow = scene.add(graphOf({ a: { type: 'wait', ports: { default: 'b' } }, b: { type: 'output' } }))
    const [resumed, due] = [
      await scene.accept(workflow, { mode: 'async' }),
      await scene.accept(workflow, { mode: 'async' }),
    ]
    await untilStatus(resumed, 'waiting')
    await untilStatus(due, 'waiting')
    const many = await Promise.all(
      [1, 2, 3].map((n) => scene.change('resume', resumed, { type: 'resumed', data: { n }, bytes: 7 })),
    )
    expect(many.filter((one) => !('refused' in one!.reduced)).length).toBe(1)
    await untilStatus(resumed, 'success')
    await expect.poll(() => scene.passTime(due, 3500), soon).toBe(true)
    await expect.poll(() => scene.violations(), soon).toEqual([])
    expect((await scene.read(due)).status).toBe('waiting')
    await expect.poll(() => scene.passTime(due, 101), soon).toBe(true)
    await untilStatus(due, 'success')
    node.die()
    await scene.loseLeases()
  })

  test('W8: a wait of 366 days over ten restarts ends in its time', async () => {
    const day_s = 86_400
    scene.script = async ({ visit }) => ({
      ...{ type: 'waits', until: visit.started_at + 366 * day_s * 1000, is_resumable: false },
    })
    const id = await scene.accept(
      scene.add(graphOf({ a: { type: 'wait', ports: { default: 'b' } }, b: { type: 'output' } })),
      {
        ...{ mode: 'async' },
      },
    )
    for (let restart = 1; restart <= 10; restart += 1) {
      const node = await scene.start()
      await untilStatus(id, 'waiting')
      // Longer than a server lives, or just not long enough.
      await expect.poll(() => scene.passTime(id, 36.5 * day_s), soon).toBe(true)
      await expect.poll(() => scene.violations(), soon).toEqual([])
      if (restart % 2 === 0) await node.stop()
      node.die()
      await scene.loseLeases()
      expect((await scene.read(id)).status).toBe('waiting')
    }
    const node = await scene.start()
    await expect.poll(() => scene.passTime(id, day_s - 60), soon).toBe(true)
    await expect.poll(() => scene.violations(), soon).toEqual([])
    expect((await scene.read(id)).status).toBe('waiting')
    await expect.poll(() => scene.passTime(id, 60), soon).toBe(true)
    await untilStatus(id, 'success')
    const [visit] = await scene.visits(id)
    expect((visit!['output'] as { waited_seconds: number }).waited_seconds).toBeGreaterThanOrEqual(366 * day_s)
    node.die()
    await scene.loseLeases()
  })

  test('a retry from a step has the outputs before it, and sends none of their requests again', async () => {
    const node = await scene.start()
    const seen: unknown[] = []
    scene.script = async ({ position, context }, request) => {
      await request()
      seen.push([...(await context()).outputs].map(([id, { output }]) => [id, output]))
      return answer({ at: position })
    }
    const workflow = scene.add(path)
    const first = await scene.accept(workflow)
    await untilStatus(first, 'success')
    const before = scene.requests.length
    const id = await scene.accept(workflow, { entry: 'c', copied: await readCopied(scene.store, first, 2) })
    await untilStatus(id, 'success')
    expect(scene.requests.slice(before).map(({ position }) => position)).toEqual([3])
    expect(seen.at(-1)).toEqual([
      ['a', { at: 1 }],
      ['b', { at: 2 }],
    ])
    const { retry_of, visit_count } = await scene.read(id)
    expect([retry_of, visit_count]).toEqual([first, 5])
    await expect.poll(() => scene.violations(), soon).toEqual([])
    node.die()
    await scene.loseLeases()
  })

  test('W10: a cancelled execution stops at once, and sends nothing more', async () => {
    const node = await scene.start()
    const { promise: isBegun, resolve: begun } = Promise.withResolvers<void>()
    let stopped_at = 0
    scene.script = async ({ signal }, request) => {
      await request()
      begun()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      stopped_at = performance.now()
      await request()
      return answer({})
    }
    const id = await scene.accept(scene.add(path))
    await isBegun
    const before = scene.requests.length
    await scene.change('cancel', id, cancelled)
    const cancelled_at = performance.now()
    await expect.poll(() => stopped_at, soon).toBeGreaterThan(0)
    expect(stopped_at - cancelled_at).toBeLessThan(5000)
    expect(scene.requests.length).toBe(before)
    await expect.poll(() => scene.violations(), soon).toEqual([])
    node.die()
    await scene.loseLeases()
  })

  test('W14: a server that stops begins no further visit, and another one goes on', async () => {
    const first = await scene.start()
    let isStopping: Promise<void> | null = null
    scene.script = async ({ visit, position }, request) => {
      await request()
      if (visit.visit === 3) isStopping ??= first.stop()
      return answer({ at: position })
    }
    const step = { type: 'http', max_visits: 6, ports: { default: 'a', error: 'b' } } as const
    const id = await scene.accept(scene.add(graphOf({ a: step, b: { type: 'output' } })))
    await expect.poll(() => isStopping !== null, soon).toBe(true)
    await isStopping!
    expect((await scene.read(id))['visit_count']).toBe(4)
    const second = await scene.start()
    await untilStatus(id, 'success')
    const attempts = (await scene.visits(id)).map(({ attempts: made }) => (made as unknown[]).length)
    expect(attempts).toEqual([1, 1, 1, 1, 1, 1, 0, 1])
    for (const node of [first, second]) node.die()
    await scene.loseLeases()
  })

  test('W13: max_concurrent is exact, and everybody in line comes to their turn', async () => {
    const nodes = [await scene.start(), await scene.start()]
    let [now, most] = [0, 0]
    scene.script = async () => {
      most = Math.max(most, (now += 1))
      await new Promise((resolve) => setTimeout(resolve, 5))
      now -= 1
      return answer({})
    }
    const workflow = scene.add(graphOf({ a: { type: 'code' } }))
    const ids = await Promise.all(
      Array.from({ length: 12 }, () => scene.accept(workflow, { mode: 'async', max_concurrent: 3 })),
    )
    const count = `select count(*)::integer as n from workflow_executions where workflow_id = $1 and is_admitted and finished_at is null`
    expect((await scene.pool.query<{ n: number }>(count, [workflow])).rows[0]!.n).toBeLessThanOrEqual(3)
    for (const id of ids) await untilStatus(id, 'success')
    expect(most).toBeLessThanOrEqual(3)
    await expect.poll(() => scene.violations(), soon).toEqual([])
    for (const node of nodes) node.die()
    await scene.loseLeases()
  })

  test('who stood in line first comes first, also within a millisecond', async () => {
    const begun: string[] = []
    scene.script = async ({ execution }) => {
      begun.push(execution.id)
      return answer({})
    }
    const workflow = scene.add(graphOf({ a: { type: 'code' } }))
    const ids = Array.from({ length: 8 }, () => testPorts.newId())
    for (const id of ids) await scene.accept(workflow, { id, mode: 'async', max_concurrent: 1 })
    const at = new Date()
    // Backwards, so that the table does not have them in their order.
    for (const id of ids.toReversed()) {
      await scene.pool.query('update workflow_executions set queued_at = $2 where id = $1', [id, at])
    }
    const node = await scene.start()
    for (const id of ids) await untilStatus(id, 'success')
    expect(begun).toEqual(ids)
    node.die()
    await scene.loseLeases()
  })
})
