// Two things that happen to one execution at once: the first is held at each of its pause points while the second is done, or waits for a
// lock of the first. Whatever comes first, the execution has one end, and each of the two knows whether it was the one (W2, W4, W5, W7, W10).
import { expect, test } from 'vitest'
import { type Changed, changeExecution } from '../../../src/workflows/commit/change.ts'
import { eraseExecutions } from '../../../src/workflows/commit/erase.ts'
import type { Happening } from '../../../src/workflows/machine/events.ts'
import { type Node, Scene, answer, graphOf, soon } from './fixture.ts'

/** `started`: while a step sends; `waiting`: while it waits. */
type Moment = 'started' | 'waiting'
type Name = 'result' | 'cancel' | 'timeout' | 'takeover' | 'delete' | 'due' | 'resume'

const outside = ['begun', 'locked', 'written', 'committed']
const within = ['begun', 'written', 'committed']

/** Where each can be held, in each moment in which it can happen. */
const points: Record<Moment, Partial<Record<Name, readonly string[]>>> = {
  started: {
    // Its commit has the beginning of the next step, too; the last one has the end.
    result: [
      'execution.answered',
      ...['begin', 'result'].flatMap((change) => within.map((stage) => `execution.${change}.${stage}`)),
    ],
    cancel: outside.map((stage) => `execution.cancel.${stage}`),
    timeout: outside.map((stage) => `execution.timeout.${stage}`),
    // It finds that a request was sent, and goes on behind it.
    takeover: ['execution.leased', ...within.map((stage) => `execution.begin.${stage}`)],
    delete: outside.slice(0, 3).map((stage) => `execution.cancel.${stage}`),
  },
  waiting: {
    due: within.map((stage) => `execution.due.${stage}`),
    resume: outside.map((stage) => `execution.resume.${stage}`),
    cancel: outside.map((stage) => `execution.cancel.${stage}`),
    timeout: outside.map((stage) => `execution.timeout.${stage}`),
    delete: outside.slice(0, 3).map((stage) => `execution.cancel.${stage}`),
  },
}

export interface Race {
  moment: Moment
  first: Name
  point: string
  second: Name
}

export const races: readonly Race[] = (['started', 'waiting'] as const).flatMap((moment) => {
  const names = Object.keys(points[moment]) as Name[]
  return names.flatMap((first) =>
    points[moment][first]!.flatMap((point) =>
      names.filter((second) => second !== first).map((second): Race => ({ moment, first, point, second })),
    ),
  )
})

const graphs = {
  started: graphOf({
    a: { type: 'trigger', ports: { default: 'b' } },
    b: { type: 'http', is_idempotent: false, ports: { default: 'c', error: 'c' } },
    c: { type: 'http', ports: { default: 'd', error: 'd' } },
    d: { type: 'output' },
  }),
  waiting: graphOf({
    a: { type: 'trigger', ports: { default: 'w' } },
    w: { type: 'wait', ports: { default: 'c' } },
    c: { type: 'output' },
  }),
}

let scene: Scene

export function testRaces(which: readonly Race[]): void {
  test.each(which)('$moment: $second while $first is at $point', async (race) => {
    // Nodes that have died keep connections as long as their scene.
    await using own = await Scene.open()
    scene = own
    await run(race)
  })
}

/** Held once; others pass. */
function holdAt(point: string) {
  const [arrival, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let isMet = false
  return {
    arrived: arrival.promise,
    release: () => released.resolve(),
    async reached(name: string): Promise<void> {
      if (isMet || name !== point) return
      isMet = true
      arrival.resolve()
      await released.promise
    },
  }
}

interface World {
  id: string
  conversation_id: string
  /** The step answers. */
  answerNow(): void
  nodes: Node[]
}

type Reached = (name: string) => Promise<void>

const hour_s = 3600
const pass: Reached = async () => {}

/** Resolves when it is done; what it returns says what became of it. */
const acts: Record<Name, (world: World, reached: Reached) => Promise<Changed | null | void>> = {
  result: async ({ answerNow, id }) => {
    answerNow()
    await expect.poll(() => isOver(id), soon).toBe(true)
  },
  cancel: ({ id }, reached) => change('cancel', id, { type: 'cancelled', reason: 'by_caller' }, reached),
  resume: ({ id }, reached) => change('resume', id, { type: 'resumed', data: { by: 'hand' }, bytes: 20 }, reached),
  timeout: async ({ id }, reached) => {
    // Older than any execution may become.
    await scene.pool.query(
      `update workflow_executions set queued_at = queued_at - interval '401 days' where id = $1 and finished_at is null`,
      [id],
    )
    return change('timeout', id, { type: 'timed_out' }, reached)
  },
  takeover: async ({ id, nodes }, reached) => {
    nodes.push(await scene.start(reached))
    await scene.pool.query(`update work set ready = true where subject = $1 and lease is not null`, [id])
    await untilVisited(id, 'c')
  },
  delete: ({ conversation_id }, reached) =>
    scene.store.transaction(async (tx) => {
      await eraseExecutions({ ...scene.services, ports: { reached } }, tx, conversation_id)
      await tx.sent()
    }),
  due: async ({ id }) => {
    await expect.poll(async () => (await scene.passTime(id, hour_s + 1)) || isOver(id), soon).toBe(true)
    await untilVisited(id, 'c')
  },
}

const change = (name: 'cancel' | 'resume' | 'timeout', id: string, happening: Happening, reached: Reached) =>
  changeExecution({ ...scene.services, ports: { reached } }, scene.store, name, id, happening)

const isOver = async (id: string) => (await scene.read(id))['finished_at'] !== null

/** Or it has ended otherwise. */
async function untilVisited(id: string, step: string): Promise<void> {
  await expect
    .poll(async () => (await isOver(id)) || (await scene.visits(id)).some(({ step_id }) => step_id === step), soon)
    .toBe(true)
}

async function begin(moment: Moment, reached: Reached): Promise<World> {
  const gate = Promise.withResolvers<void>()
  const conversation_id = crypto.randomUUID()
  scene.script = async ({ step, visit }, request) => {
    if (step.type === 'wait') {
      return { type: 'waits', until: visit.started_at + hour_s * 1000, is_resumable: true }
    }
    await request()
    if (step.id === 'b') await gate.promise
    return answer({ sent: true })
  }
  const nodes = [await scene.start(reached)]
  // A caller waits for it only where that may end it; nobody waits for an hour.
  const mode = moment === 'started' ? 'sync' : 'async'
  const id = await scene.accept(scene.add(graphs[moment]), { mode, conversation_id })
  if (moment === 'started') {
    await expect.poll(() => scene.requests.some(({ execution }) => execution === id), soon).toBe(true)
  } else {
    await expect.poll(async () => (await scene.read(id)).status, soon).toBe('waiting')
  }
  return { id, conversation_id, answerNow: gate.resolve, nodes }
}

const blockedText = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`

async function run({ moment, first, point, second }: Race): Promise<void> {
  const hold = holdAt(point)
  let isArmed = false
  const armed: Reached = async (name) => (isArmed ? hold.reached(name) : undefined)
  const world = await begin(moment, armed)
  isArmed = true
  const one = acts[first](world, hold.reached)
  const unmet = one.then(() => Promise.reject(new Error(`${first} never came to ${point}`)))
  unmet.catch(() => {})
  await Promise.race([hold.arrived, unmet])
  let isDone = false
  const other = acts[second](world, pass).finally(() => (isDone = true))
  other.catch(() => {})
  // It is over, or waits for a lock of the first; or it needs a node that waits for the first.
  const isStill = async () => isDone || (await scene.pool.query(blockedText)).rowCount! > 0
  if (second !== 'result' && second !== 'due') await expect.poll(isStill, soon).toBe(true)
  hold.release()
  world.answerNow()
  const outcomes = await Promise.all([one, other])
  await settle(world)
  await judge(world, moment, [first, second], outcomes)
  for (const node of world.nodes) node.die()
}

async function settle({ id, nodes }: World): Promise<void> {
  nodes.push(await scene.start())
  await expect
    .poll(async () => {
      await scene.loseLeases()
      await scene.passTime(id, hour_s + 1)
      return isOver(id)
    }, soon)
    .toBe(true)
}

async function judge(
  { id }: Pick<World, 'id'>,
  moment: Moment,
  names: [Name, Name],
  outcomes: (Changed | null | void)[],
): Promise<void> {
  await expect.poll(() => scene.violations(), soon).toEqual([])
  const { status, cancel_reason, error, is_erased } = await scene.read(id)
  const events = (await scene.events(id)).map(({ type }) => type)
  const ends = events.filter((type) => /^workflow_execution\.(completed|failed|cancelled)$/.test(type))
  expect(ends).toHaveLength(1)
  expect(events.at(-1)).toBe(ends[0])
  const requests = scene.requests.filter(({ execution, position }) => execution === id && position === 2)
  expect(requests).toHaveLength(moment === 'started' ? 1 : 0)
  const won = (name: Name) => {
    const changed = outcomes[names.indexOf(name)]
    return names.includes(name) && !!changed && !('refused' in changed.reduced)
  }
  if (won('cancel')) expect([status, cancel_reason]).toEqual(['cancelled', 'by_caller'])
  if (won('timeout')) expect([status, error]).toMatchObject(['failed', { code: 'timed_out' }])
  if (names.includes('delete')) expect(is_erased).toBe(true)
  const [, visit] = await scene.visits(id)
  if (won('resume') && status === 'success' && !is_erased) {
    expect(visit!['output']).toMatchObject({ resumed: true, data: { by: 'hand' } })
  }
  if (moment === 'started' && visit!.status === 'failed') {
    expect(['unknown_outcome', 'timed_out']).toContain((visit!['error'] as { code: string }).code)
  }
}
