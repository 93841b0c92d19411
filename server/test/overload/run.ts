// A server under several times as many messages as it can answer: what it refuses, how soon, and what the others notice of it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '@parley/sdk'
import { createOrganization } from '../../src/access/administration.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { type PooledDatabase, openDatabase } from '../../src/database/database.ts'
import { startServerProcess } from '../support/process.ts'
import { publishAgent } from '../support/server.ts'
import { type Caller, type Seen, call, quantile } from './callers.ts'

export interface OverloadOptions {
  connection_string: string
  running_turns: number
  model_ms: number
  /** Settings of the server, which otherwise counts neither a busy event loop nor waits for connections. */
  settings: Record<string, string>
  /** How long everything takes on its way to the database, and back again; 0: it is beside the server. */
  database_ms: number
  /** Between two heavy calls of the flooding organization: lists, exports, long messages; 0: no such calls. */
  heavy_every_ms: number
  /** How many times as many messages as the server can answer. */
  times: number
  seconds: { alone: number; before: number; over: number; pause: number }
  onPhase?: (name: string) => void
}

export interface Phase {
  loud: Seen
  quiet: Seen
}

export interface OverloadReport {
  /** Messages a second that it answers with as many callers as turns may run. */
  capacity: number
  /** The quiet organization, while nobody else calls. */
  alone: Seen
  before: Phase
  over: Phase
  after: Phase
  /** Messages that are stored and were not answered with their reply. */
  unanswered: number
  /** Items that belong to no message that was answered. */
  stored_though_refused: number
}

/** The quiet organization's callers. */
const quiet_at_once = 2
const end_every_ms = 200
/** Of the load at which it is measured before and after. */
const usual_part = 0.5

export async function runOverload(options: OverloadOptions): Promise<OverloadReport> {
  const { connection_string, running_turns, times, seconds, heavy_every_ms, onPhase = () => {} } = options
  await using stack = new AsyncDisposableStack()
  const database = stack.use(
    openDatabase({ connection_string, max_connections: 4, statement_timeout_ms: 30_000, onError: () => {} }),
  )
  const model = stack.use(await startHelper('model.ts', options.model_ms))
  const distant =
    options.database_ms > 0 &&
    stack.use(await startHelper('distant-database.ts', connection_string, options.database_ms))
  const server = stack.use(
    startServerProcess({
      DATABASE_URL: distant ? distant.url : connection_string,
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: 'stub',
      PARLEY_DEFAULT_MODEL: 'openai/stub',
      PARLEY_LIMIT_RUNNING_TURNS: String(running_turns),
      ...options.settings,
    }),
  )
  const url = await server.ready
  onPhase('conversations')
  const ends = Math.ceil((seconds.over * 1000) / end_every_ms) + 1
  const loud = await enter(database, url, times * running_turns, ends)
  const quiet = await enter(database, url, quiet_at_once, 0)
  const phase = async (name: string, calling: Parameters<typeof call>[1]): Promise<Phase> => {
    onPhase(name)
    const beside = { seconds: calling.seconds, at_once: quiet_at_once }
    const [of_loud, of_quiet] = await Promise.all([call(loud, calling), call(quiet, beside)])
    return { loud: of_loud, quiet: of_quiet }
  }
  onPhase('alone')
  const alone = await call(quiet, { seconds: seconds.alone, at_once: quiet_at_once })
  await phase('warm', { seconds: Math.min(5, seconds.before), at_once: running_turns })
  const full = await phase('capacity', { seconds: seconds.before, at_once: running_turns })
  const capacity = full.loud.turn_ms.length / full.loud.seconds
  const usual = { seconds: seconds.before, per_second: capacity * usual_part }
  const before = await phase('before', usual)
  // As many as the model permits, should something else have kept the machine busy when they were counted.
  const most_per_second = options.model_ms > 0 ? (running_turns * 1000) / options.model_ms : 0
  const over = await phase('over', {
    seconds: seconds.over,
    per_second: Math.max(capacity, most_per_second) * times,
    end_every_ms,
    heavy_every_ms,
  })
  onPhase('pause')
  await delay(seconds.pause * 1000)
  const after = await phase('after', usual)
  return { capacity, alone, before, over, after, ...(await judge(database)) }
}

/** A program beside this one, which says its address. */
async function startHelper(file: string, ...given: (string | number)[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...given.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    url: text.toString().trim(),
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Another organization, with so many conversations to talk in, and others to end. */
async function enter(database: PooledDatabase, url: string, talks: number, ends: number): Promise<Caller> {
  const name = `Overload ${systemPorts.newId()}`
  const { secret: key } = await createOrganization({ database, ports: systemPorts }, { name })
  const client = createClient({ base_url: url, token: key })
  const { agent_id } = await publishAgent(client)
  const create = async () =>
    (await client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
  const ids: string[] = []
  const all = talks + ends
  const createSome = async () => {
    for (; ids.length < all;) ids.push(await create())
  }
  await Promise.all(Array.from({ length: 8 }, createSome))
  return { url, key, idle: ids.slice(0, talks), to_end: ids.slice(talks) }
}

async function judge({ pool }: PooledDatabase) {
  const { rows } = await pool.query<{ unanswered: number; stored_though_refused: number }>(
    `select (select count(*) from turns where outcome is distinct from 'reply')
            + (select count(*) from transcript_items where role = 'user')
            - (select count(*) from transcript_items where role = 'assistant') as unanswered,
            (select count(*) from transcript_items where role = 'user')
            - (select count(*) from turns) as stored_though_refused`,
  )
  return rows[0]!
}

export interface Verdict {
  what: string
  value: string
  holds: boolean
}

/** Each line of the guarantee, with its figure. */
export function verdictsOf(report: OverloadReport): Verdict[] {
  const { capacity, alone, before, over, after } = report
  const { loud, quiet } = over
  const goodput = loud.turn_ms.length / loud.seconds / capacity
  const p99 = (values: number[]) => quantile(values, 0.99)
  const ratio = p99(after.loud.turn_ms) / p99(before.loud.turn_ms)
  const beside = p99(quiet.turn_ms) / p99(alone.turn_ms)
  const line = (what: string, value: number, holds: boolean, unit = '', digits = 0): Verdict => ({
    ...{ what, holds },
    value: `${value.toFixed(digits)}${unit}`,
  })
  const all = [alone, ...[before, over, after].flatMap(({ loud: a, quiet: b }) => [a, b])]
  const faults = all.reduce((sum, seen) => sum + seen.faults.length, 0)
  return [
    line('accepted without an answer', report.unanswered, report.unanswered === 0),
    line('stored though refused', report.stored_though_refused, report.stored_though_refused === 0),
    line('answers other than a reply and 503', faults, faults === 0),
    line('goodput, of the capacity', goodput, goodput >= 0.8, '', 2),
    line('refusals, p99', p99(loud.refusal_ms), p99(loud.refusal_ms) <= 20, ' ms', 1),
    line('ends, p99', p99(loud.end_ms), p99(loud.end_ms) <= 250, ' ms', 1),
    line('turns 10 s later, p99, of what it was before', ratio, ratio <= 1.1, '', 2),
    line('refused of a quiet organization', quiet.refusal_ms.length, quiet.refusal_ms.length === 0),
    line('turns of a quiet organization, p99, of what it is alone', beside, beside <= 1.2, '', 2),
  ]
}
