// One run: schedules on two nodes that are held, stopped and killed meanwhile; then the verdict.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { createClient } from '@parley/sdk'
import pg from 'pg'
import { admin_key, nodeEnvironment } from '../kill/child.ts'
import { type Random, createRandom } from '../kill/random.ts'
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'
import { earliestNow } from '../support/steady-time.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'
import { countKept, judge } from './judge.ts'
import { type TakeNodes, startNodes } from './nodes.ts'
import { heldPoints, schedules_per_trouble, stopped_ms, troubles } from './plan.ts'
import { countOpen, readStored } from './read-stored.ts'
import { type Executed, type Sent, type Violation, nothingSent } from './records.ts'
import { Schedule } from './schedule.ts'

export interface RunOptions {
  /** Of an empty database that only this run uses. */
  connection_string: string
  schedules: number
  seed: number
  at_once: number
  /** No schedule begins after that. */
  most_seconds: number
  onProgress?: (done: number) => void
}

export interface Report {
  schedules: number
  kills: number
  stops: number
  /** How often each point was held, stopped at, or died at. */
  reached: ReadonlyMap<string, number>
  messages: number
  takes: number
  won: number
  replies: number
  returns: number
  turns: number
  cut: number
  given: number
  words: number
  /** Replies that were cut while a stream showed them, and those of them whose words are stored. */
  shown: { cut: number; kept: number }
  tool_requests: number
  violations: Violation[]
}

const settle_ms = 60_000

export async function runTakes(options: RunOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack()
  const random = createRandom(options.seed)
  const pool = new pg.Pool({ connectionString: options.connection_string, max: 4 })
  pool.on('error', () => {})
  stack.defer(() => pool.end())
  const sent = nothingSent()
  const peer = stack.use(await startPeer(random.fork(), sent.executed))
  const model = stack.use(await startModel(random.fork()))
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-takes-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const environment = { ...nodeEnvironment(options.connection_string, model.base_url, data_dir), ...opened_hosts }
  const running = stack.use(await startNodes(environment))
  const agent_ids = await makeAgents(running.nodes[0].url, peer)
  let numbers = 0
  const stage = { nodes: running.nodes, sent, agent_ids, next: () => (numbers += 1) }
  const lanes = createLanes(options, random)
  const trouble = makeTrouble(running, random.fork(), lanes)
  await lanes.run((each) => new Schedule(stage, each).run())
  await trouble
  const until = performance.now() + settle_ms
  while ((await countOpen(pool)) > 0 && performance.now() < until) await pass(100)
  await running[Symbol.asyncDispose]()
  const stored = await readStored(pool)
  const violations = judge(sent, stored)
  violations.push(...running.faults.map((what) => ({ kind: 'fault' as const, what })))
  const counts = { ...countAll(sent), ...countTurns(stored), shown: countKept(sent, stored) }
  return { ...counts, ...describe(running), schedules: lanes.done, violations }
}

const describe = ({ kills, stops, reached }: TakeNodes) => ({ kills, stops, reached })

function countAll({ messages, acts, heard, executed }: Sent) {
  const of = (act: string) => acts.filter((each) => each.act === act)
  const isWon = ({ answers }: Sent['acts'][number]) =>
    answers.some((answer) => answer.kind === 'answer' && answer.status === 200)
  return {
    messages: messages.length,
    takes: of('take').length,
    won: of('take').filter(isWon).length,
    replies: of('reply').filter(isWon).length,
    returns: of('return').filter(isWon).length,
    words: heard.flatMap(({ events }) => events).filter(({ type }) => type === 'message.delta').length,
    tool_requests: executed.length,
  }
}

const countTurns = ({ turns }: Awaited<ReturnType<typeof readStored>>) => ({
  turns: turns.length,
  cut: turns.filter(({ outcome }) => outcome === 'taken_over').length,
  given: turns.filter(({ outcome }) => outcome === 'for_person').length,
})

interface Lanes {
  readonly done: number
  readonly isOver: boolean
  run(work: (random: Random) => Promise<void>): Promise<void>
}

function createLanes({ schedules, at_once, most_seconds, onProgress }: RunOptions, random: Random): Lanes {
  const seeds = Array.from({ length: schedules }, () => random.fork())
  const giveUpAt = performance.now() + most_seconds * 1000
  let done = 0
  let isOver = false
  return {
    get done() {
      return done
    },
    get isOver() {
      return isOver
    },
    async run(work) {
      const lane = async () => {
        for (let each = seeds.shift(); each && performance.now() < giveUpAt; each = seeds.shift()) {
          await work(each)
          done += 1
          onProgress?.(done)
        }
      }
      await Promise.all(Array.from({ length: at_once }, lane))
      isOver = true
    },
  }
}

/** One node at a time: the other one serves. */
async function makeTrouble({ nodes }: TakeNodes, random: Random, lanes: Lanes): Promise<void> {
  for (let made = 0; !lanes.isOver;) {
    if (lanes.done < (made + 1) * schedules_per_trouble) {
      await pass(50)
      continue
    }
    const [node, point] = [random.pick(nodes), random.pick(heldPoints)]
    if (troubles[made % troubles.length] === 'kill') await node.killAt(point)
    else await node.stopAt(point, stopped_ms)
    made += 1
  }
}

async function makeAgents(base_url: string, { url }: ToolPeer): Promise<string[]> {
  const client = createClient({ base_url, token: admin_key })
  const tool = {
    name: 'look',
    description: 'Looks at a thing.',
    properties: { what: { type: 'string' } },
    required: ['what'],
    idempotent: true,
    actions: [{ type: 'http', method: 'POST', url: `${url}/look`, body: { what: '{{ what }}' } }],
  }
  const hand_off = { enabled: true, max_per_conversation: 50, keywords: ['0.'] }
  const configs = [{}, { tools: [tool] }, { tools: [tool], hand_off }, { hand_off }]
  const agents = await Promise.all(configs.map((config) => publishAgent(client, config)))
  return agents.map(({ agent_id }) => agent_id)
}

/** Says words at its pace, calls tools, and asks for a person where it can. */
async function startModel(random: Random): Promise<ScriptedModel> {
  const model = await startScriptedModel()
  let answers = 0
  model.answer = ({ tools }) => {
    model.requests.length = 0
    answers += 1
    if (tools && random.happens(0.5)) {
      const names = tools.map((each) => each.function.name)
      const name = random.pick(names)
      const given = name === 'look' ? { what: `thing ${answers}` } : { reason: 'cannot_help', text: 'It is hard.' }
      return { text: random.happens(0.5) ? `Step ${answers}. ` : '', tool_calls: [{ name, arguments: given }] }
    }
    return say([`Answer ${answers}, `, 'word ', 'by ', 'word ', 'by ', 'word.'], random.pick([0, 5, 25, 60, 120]))
  }
  return model
}

async function* say(pieces: string[], pace_ms: number): AsyncGenerator<string> {
  for (const piece of pieces) {
    if (pace_ms > 0) await pass(pace_ms)
    yield piece
  }
}

async function startPeer(random: Random, executed: Executed[]): Promise<ToolPeer> {
  const peer = await startToolPeer()
  peer.answer = ({ key = '' }, response) => {
    peer.requests.length = 0
    executed.push({ call_id: key, at: earliestNow() })
    setTimeout(() => answerJson(response, { key }), random.pick([0, 20, 100, 300]))
  }
  return peer
}
