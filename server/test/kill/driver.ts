// One run: nodes that die on one database under load, a pause for the surviving ones to finish, and the verdict.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { createClient } from '@parley/sdk'
import pg from 'pg'
import { publishAgent } from '../support/server.ts'
import { opened_hosts } from '../support/tool-peer.ts'
import { admin_key, nodeEnvironment, startKillNode } from './child.ts'
import { Changes } from './changes.ts'
import { createFleet } from './fleet.ts'
import { type FlowCounts, judgeFlows } from './flows/judge-flows.ts'
import { FlowLoad } from './flows/load.ts'
import { startStepPeer } from './flows/peer.ts'
import { prepareFlows } from './flows/prepare.ts'
import { countOpenFlows, findBroken, readFlows } from './flows/read-flows.ts'
import { noFlows } from './flows/records.ts'
import { type AuditCounts, judgeAudit } from './judge-audit.ts'
import { type Verdict, judge } from './judge.ts'
import { Load } from './load.ts'
import { startLoadedModel, startLoadedPeer, toolsOf } from './model.ts'
import { pausePoints, planMissions } from './plan.ts'
import { createRandom } from './random.ts'
import { countOpen, countOpenCalls, readAudit, readStored, readUsage } from './read-stored.ts'
import { type UsageCounts, judgeUsage } from './judge-usage.ts'
import { type CalledModel, type SentChanges, type Violation, nothingSent } from './records.ts'
import { type Takeovers, watchTakeovers } from './takeovers.ts'
import { type VisitedWidget, Visits, widest_limits } from './visits.ts'

export interface RunOptions {
  /** Of an empty database that only this run uses. */
  connection_string: string
  kills: number
  seed: number
  clients: number
  /** No node is started to die after that. */
  most_seconds: number
  onProgress?: (killed: number) => void
}

export interface Report extends Omit<Verdict, 'violations'> {
  kills: number
  pauses: number
  /** How often nodes died at each point. */
  deaths: ReadonlyMap<string, number>
  messages: number
  conversations: number
  turns: number
  /** Turns whose node died, and the longest time that one of them had no node. */
  takeovers: number
  longest_takeover_ms: number
  slowest: Takeovers['slowest']
  /** Stored calls, and requests that the tools' API has received. */
  tool_calls: number
  tool_requests: number
  /** Conversations of visitors, those with feedback, and guests who were linked to a user. */
  visits: number
  feedbacks: number
  links: number
  flows: FlowCounts
  usage: UsageCounts
  audit: AuditCounts
  /** From the last death until no turn was open. */
  settled_ms: number
  violations: Violation[]
}

const nodes_at_once = 3
/** T7 */
const takeover_bound_ms = 15_000
/** From the last death: the bound of a takeover for each of three attempts, and the turns themselves. */
export const settle_ms = 90_000

/** After so many, the visitors of two widgets may have used up what an hour allows. */
const kills_of_widgets = 200

/** Ends conversations that no client uses any more, and some during their use. Each says so once. */
const inactivity = { end_after_seconds: 2, max_user_turns: 15, end_message: 'Goodbye {{ user_id }}.' }

/** The schema, agents with and without tools and summaries, one that ends conversations by itself, and web widgets. */
export async function prepare(environment: Record<string, string>, tools: object[], kills: number, program?: string) {
  await using node = startKillNode(environment, null, program)
  const client = createClient({ base_url: (await node.ready).url, token: admin_key })
  const built_in_tools = { widgets: { allowed: ['info'] } }
  const configs = [{}, { tools, built_in_tools }, { analysis: {} }, { tools, analysis: {} }, { inactivity }]
  const agents = await Promise.all(configs.map((config) => publishAgent(client, config)))
  const agent_ids = agents.map(({ agent_id }) => agent_id)
  const widgets: VisitedWidget[] = []
  // Every second one's conversations also end by themselves. All visitors have one address, which a widget limits by the hour.
  const count = 2 * Math.ceil(kills / kills_of_widgets)
  for (let number = 0; number < count; number += 1) {
    const agent_id = number % 2 === 0 ? agent_ids[1]! : agent_ids.at(-1)!
    const identity = { allow_hmac: true }
    const { id } = await client.createWebWidget({ agent_id, published: true, limits: widest_limits, identity })
    const { secret } = await client.createWebWidgetIdentityKey({ web_widget_id: id })
    widgets.push({ id, secret })
  }
  const renamed = { id: (await client.createAgent({ name: 'first' })).agent_id, name: 'first' }
  return { agent_ids, widgets, renamed }
}

export async function runKills(options: RunOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack()
  const random = createRandom(options.seed)
  const pool = new pg.Pool({ connectionString: options.connection_string, max: 6 })
  pool.on('error', () => {})
  stack.defer(() => pool.end())
  const sent = nothingSent()
  const called: CalledModel[] = []
  const peer = stack.use(await startLoadedPeer(random.fork(), sent.executed))
  const model = stack.use(await startLoadedModel(random.fork(), called))
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-kill-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const environment = { ...nodeEnvironment(options.connection_string, model.base_url, data_dir), ...opened_hosts }
  const { agent_ids, widgets, renamed } = await prepare(environment, toolsOf(peer), options.kills)
  const flows_sent = noFlows()
  const step_peer = stack.use(await startStepPeer(random.fork(), flows_sent.requests))
  const flows = await prepareFlows(environment, step_peer.url)
  const takeovers = watchTakeovers(pool, () => fleet.urls.length)
  const fleet = createFleet(() => environment, takeovers, performance.now() + options.most_seconds * 1000)
  stack.defer(() => fleet.stop())
  stack.defer(() => takeovers.stop())

  let isOver = false
  const around = { pool, sent, urls: () => fleet.urls, isOver: () => isOver }
  const agents = [...agent_ids, ...Object.values(flows.agents)]
  const load = new Load({ ...around, random: random.fork(), agent_ids: agents })
  const visits = new Visits({ ...around, widgets })
  const changed: SentChanges = { made: [], renames: [] }
  const changes = new Changes({ ...around, sent: changed, agent_id: renamed.id })
  const flow_load = new FlowLoad({ ...around, sent: flows_sent, flows })
  const clients = Array.from({ length: options.clients }, () => load.runClient(random.fork()))
  const visitors = Array.from({ length: Math.ceil(options.clients / 4) }, () => visits.runVisitor(random.fork()))
  const flow_clients = Array.from({ length: Math.ceil(options.clients / 3) }, () => flow_load.runClient(random.fork()))
  const administrators = Array.from({ length: Math.ceil(options.clients / 8) }, () => changes.runClient(random.fork()))
  const looks: Promise<void>[] = []
  const look = async () => void flows_sent.broken.push(...(await findBroken(pool)))
  await fleet.run(planMissions(options.kills, random), nodes_at_once, (killed) => {
    looks.push(look())
    options.onProgress?.(killed)
  })
  const diedLast = performance.now()
  isOver = true
  await Promise.all([fleet.startSurvivor(), fleet.startSurvivor()])
  await Promise.all([...clients, ...visitors, ...flow_clients, ...administrators, ...looks])
  const isOpen = async () => (await countOpen(pool)) + (await countOpenFlows(pool)) + (await countOpenCalls(pool)) > 0
  while ((await isOpen()) && performance.now() - diedLast < settle_ms) {
    // What waits for an hour does not have to.
    await flow_load.finish(random)
    await pass(200)
  }
  const settled_ms = performance.now() - diedLast
  await takeovers.stop()
  await fleet.stop()

  const stored = await readStored(pool)
  const { violations, ...counts } = judge(sent, stored)
  const broken_off = takeovers.count + fleet.killed + fleet.paused.size
  const usage = judgeUsage(
    (kind, what) => void violations.push({ kind, what }),
    called,
    await readUsage(pool),
    broken_off,
  )
  const audit = judgeAudit(
    (kind, what) => void violations.push({ kind, what }),
    changed,
    await readAudit(pool, options.connection_string, renamed),
  )
  violations.push(...fleet.violations)
  flows_sent.stops.push(...fleet.stops)
  const flow_counts = judgeFlows(
    (kind, what) => void violations.push({ kind, what }),
    flows_sent,
    await readFlows(pool, flows.agents),
  )
  const longest_ms = Math.round(takeovers.slowest[0]?.served_ms ?? 0)
  if (longest_ms > takeover_bound_ms) violations.push({ kind: 'late', what: JSON.stringify(takeovers.slowest) })
  // A long run has time for all of them.
  const isLong = options.kills >= 2 * pausePoints.length
  for (const point of isLong ? pausePoints : []) {
    if (!fleet.deaths.has(point)) violations.push({ kind: 'unreached', what: `no node died at ${point}` })
  }
  return {
    ...counts,
    kills: fleet.killed,
    pauses: fleet.paused.size,
    deaths: fleet.deaths,
    messages: sent.messages.length,
    conversations: stored.conversations.length,
    turns: stored.turns.length,
    takeovers: takeovers.count,
    longest_takeover_ms: longest_ms,
    slowest: takeovers.slowest,
    tool_calls: stored.items.filter(({ type }) => type === 'function_call').length,
    tool_requests: sent.executed.length,
    visits: stored.visits.length,
    feedbacks: stored.visits.filter(({ has_feedback }) => has_feedback).length,
    links: stored.links.length,
    flows: flow_counts,
    usage,
    audit,
    settled_ms: Math.round(settled_ms),
    violations,
  }
}
