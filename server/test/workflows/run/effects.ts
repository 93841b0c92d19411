// A server dies around the requests of an execution; the peers count them by their key (W5, W10).
import type { WorkflowDefinition } from '@parley/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { executionStages } from '../../../src/workflows/commit/pause-points.ts'
import { defaultLimits } from '../../../src/workflows/machine/graph.ts'
import { runAttempt } from '../../../src/workflows/run/attempt.ts'
import { type Plan, createPlan } from '../../../src/workflows/run/plan.ts'
import { visitId } from '../../../src/workflows/rules/visit-id.ts'
import { type McpPeer, startMcpPeer, textResult, textTool } from '../../support/mcp-peer.ts'
import { type ToolPeer, answerJson, startToolPeer } from '../../support/tool-peer.ts'
import { type Node, Scene, soon } from '../durable/fixture.ts'
import { type Steps, shareSandbox } from './fixture.ts'

let scene: Scene
let peer: ToolPeer
let mcp: McpPeer
let steps: Steps
let stack: AsyncDisposableStack

/** Steps that send, in their order, and whether their requests may be repeated. */
const sending = [
  { id: 'post', repeats: false },
  { id: 'put', repeats: true },
  { id: 'order', repeats: false },
  { id: 'look', repeats: true },
  { id: 'add', repeats: false },
] as const

const around = [
  'execution.request',
  'execution.answered',
  ...(['begin', 'effect', 'result'] as const).flatMap((change) =>
    executionStages.filter((stage) => stage !== 'locked').map((stage) => `execution.${change}.${stage}`),
  ),
]
/** `peer.<step>`: when its request has arrived. */
export const effectPoints = [
  ...around.flatMap((point) => [1, 2, 3, 4, 5].map((count) => `${point} ${count}`)),
  ...sending.map(({ id }) => `peer.${id} 1`),
]

export function testEffects(which: readonly string[]): void {
  const shared = shareSandbox()
  beforeAll(async () => {
    steps = shared()
    stack = new AsyncDisposableStack()
    scene = stack.use(await Scene.open())
    peer = stack.use(await startToolPeer())
    mcp = stack.use(await startMcpPeer('modern'))
    mcp.tools = [textTool('order'), textTool('look', { annotations: { readOnlyHint: true } })]
    steps.connections.push(
      { id: 'm', name: 'Tools', config: { kind: 'mcp', url: mcp.url } },
      {
        id: 'h',
        name: 'API',
        config: { kind: 'http', url: peer.url, operations: [{ name: 'add', method: 'POST', path: '/add' }] },
      },
    )
    scene.script = (attempt) => runAttempt(steps.services, attempt as typeof attempt & { plan: Plan })
  })
  afterAll(() => stack.disposeAsync())
  test.each(which)('W5: a server dies at %s', dieAt)
}

function definition(): WorkflowDefinition {
  const configs: Record<(typeof sending)[number]['id'], object> = {
    post: { type: 'http', config: { method: 'POST', url: `${peer.url}/post` } },
    put: { type: 'http', config: { method: 'PUT', url: `${peer.url}/put` } },
    order: { type: 'app', config: { connection: 'Tools', tool: 'order', arguments: { what: 'x' } } },
    look: { type: 'app', config: { connection: 'Tools', tool: 'look', arguments: { what: 'x' } } },
    add: { type: 'app', config: { connection: 'API', tool: 'add' } },
  }
  const ids = [...sending.map(({ id }) => id), 'end']
  const nodes = sending.map(({ id }, at) => ({
    ...{ id, ...configs[id] },
    next: { default: ids[at + 1]!, error: ids[at + 1]! },
  }))
  const begin = { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'post' } }
  return { schema_version: 1, nodes: [begin, ...nodes, { id: 'end', type: 'output', config: {} }] } as never
}

/** Requests that the peers got, by the id of their visit. */
function countArrivals(): Map<string, number> {
  const keys = [
    ...peer.requests.map(({ key }) => key),
    ...mcp.requests.filter(({ rpc }) => rpc === 'tools/call').map(({ headers }) => headers['idempotency-key']),
  ]
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(String(key), (counts.get(String(key)) ?? 0) + 1)
  return counts
}

async function dieAt(place: string): Promise<void> {
  const [point, count] = place.split(' ') as [string, string]
  let left = Number(count)
  let victim: Node | null = null
  const meet = (reached: string, node: Node | null) => {
    if (reached !== point || left === 0 || node?.isDead !== false) return
    left -= 1
    if (left === 0) node.die()
  }
  peer.answer = ({ url }, response) => {
    meet(`peer.${url.slice(1)}`, victim)
    answerJson(response, { ok: true })
  }
  mcp.answer = ({ name }) => {
    meet(`peer.${name}`, victim)
    return textResult('done')
  }
  victim = await scene.start((reached, node) => meet(reached, node))
  const id = await scene.accept(scene.addRules(createPlan(definition(), defaultLimits, null)), {
    ...{ mode: 'async', entry: 'begin' },
  })
  await expect.poll(async () => victim?.isDead === true || (await scene.read(id)).status === 'success', soon).toBe(true)
  expect(await scene.violations()).toEqual([])
  const second = await scene.start()
  const hasEnded = async () => {
    await scene.loseLeases()
    return (await scene.read(id)).status
  }
  await expect.poll(hasEnded, soon).toBe('success')
  const visits = await scene.visits(id)
  const arrived = countArrivals()
  for (const [at, { id: step_id, repeats }] of sending.entries()) {
    const visit = visits[at + 1]!
    const requests = arrived.get(visitId(id, at + 2)) ?? 0
    const told = `${step_id}: ${JSON.stringify(visit['error'])}`
    if (repeats) {
      expect([visit.status, requests > 0], told).toEqual(['success', true])
    } else if (visit.status === 'success') {
      expect(requests, told).toBe(1)
    } else {
      expect(visit['error'], told).toMatchObject({ code: 'unknown_outcome' })
      expect(requests, told).toBeLessThanOrEqual(1)
    }
  }
  // One server died once, so at most one outcome is unknown.
  expect(visits.filter(({ status }) => status === 'failed').length).toBeLessThanOrEqual(1)
  await expect.poll(() => scene.violations(), soon).toEqual([])
  second.die()
  if (!victim.isDead) victim.die()
}
