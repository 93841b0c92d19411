// `npm run bench`: the cost of conversations of five turns, their creation included. The server alternates with two programs that do
// only the unavoidable (limit.ts): one asks the model for whole replies, the other reads them piece by piece, as the server does.
// Each load has new processes, whose first seconds are the cold figures. What counts is the ratio within a round.
import { type Load, type Target, quantile, runLoad } from './load.ts'
import { readOptions } from './options.ts'
import { type Program, cpuSeconds, cpuSecondsOfChildren, startProgram } from './programs.ts'
import { type BenchServer, machine, publishAgent, startBenchServer } from './server.ts'
import { printTable } from './table.ts'

/** Both 0: all loads. Otherwise that many callers, without latency, and with a model that needs `model_ms`. */
const some = { callers: 0, paced: 0 }
const options = { rounds: 3, seconds: 4, cold_seconds: 2, model_ms: 880, ...some }
const { rounds, seconds, cold_seconds, callers, paced, model_ms, database_url } = readOptions(options)
const turns_of_conversation = 5

interface Contestant {
  name: string
  target: Target
  pid: number
}

interface Measured extends Load {
  /** Server CPU per turn. */
  cpu_ms: number
  /** Database CPU per turn. */
  database_cpu_ms: number
}

interface Course {
  /** The load in words. */
  name: string
  callers: number
  /** The time that the model takes. */
  model_ms: number
}

await using model = await startProgram('stub-model.ts')
process.stdout.write(`${machine}; model and callers on it. ${rounds} rounds of ${seconds} s.\n\n`)
for (const course of courses()) await run(course)

function courses(): Course[] {
  const [at_once, with_model] =
    callers + paced > 0
      ? [[callers], [paced]]
      : [
          [1, 16, 64],
          [200, 1000],
        ]
  return [
    ...at_once.map((count) => ({ name: `${count} at once`, callers: count, model_ms: 0 })),
    ...with_model.map((count) => ({ name: `${count} at once, a model of ${model_ms} ms`, callers: count, model_ms })),
  ].filter((course) => course.callers > 0)
}

async function run(course: Course): Promise<void> {
  const model_url = `${model.url}/${course.model_ms > 0 ? `pieces/${course.model_ms}` : 'wait/0'}/v1`
  await using server = await startBenchServer(
    { OPENAI_BASE_URL: model_url, OPENAI_API_KEY: 'stub', PARLEY_DEFAULT_MODEL: 'openai/stub' },
    database_url,
  )
  const startLimit = (mode: string) => startProgram('limit.ts', server.database_url, model_url, server.admin_key, mode)
  await using whole = await startLimit('whole')
  await using streamed = await startLimit('streamed')
  const contestants = await enter(server, whole, streamed)
  const cold: Measured[] = []
  const measured = contestants.map((): Measured[] => [])
  for (const contestant of contestants) cold.push(await measure(server, contestant, course, cold_seconds))
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const place = (round + turn) % contestants.length
      measured[place]!.push(await measure(server, contestants[place]!, course, seconds))
    }
  }
  report(course, contestants, cold, measured)
}

async function enter(server: BenchServer, whole: Program, streamed: Program): Promise<Contestant[]> {
  const agent_id = await publishAgent(server.client)
  const headers = { authorization: `Bearer ${server.admin_key}` }
  const turns = turns_of_conversation
  const accepts = (body: string) => body.includes('"reply":"This is the answer')
  const limit = (origin: string): Target => ({
    origin,
    path: (_caller, id) => `/conversations/${id}/messages`,
    creation: { path: '/conversations', body: { user_id: 'bench' }, turns, idOf: (text) => JSON.parse(text).id },
    headers,
    accepts,
  })
  const own: Target = {
    origin: server.url,
    path: (_caller, id) => `/core/conversations/${id}/messages`,
    creation: {
      path: '/core/conversations',
      body: { channel: 'text', user_id: 'bench', agent_id },
      turns,
      idOf: (text) => JSON.parse(text).conversation.id,
    },
    headers,
    accepts,
  }
  const read: Target = {
    ...own,
    headers: { ...headers, accept: 'text/event-stream' },
    accepts: (body) => body.includes('event: turn.completed'),
  }
  return [
    { name: 'limit', target: limit(whole.url), pid: whole.pid },
    { name: 'limit that streams', target: limit(streamed.url), pid: streamed.pid },
    { name: 'Parley', target: own, pid: server.pid },
    { name: 'Parley, read as a stream', target: read, pid: server.pid },
  ]
}

async function measure(server: BenchServer, { name, target, pid }: Contestant, course: Course, for_seconds: number) {
  const readCpu = () => [cpuSeconds(pid), cpuSecondsOfChildren(server.database_pid)] as const
  const before = readCpu()
  const load = await runLoad(target, { callers: course.callers, seconds: for_seconds, spread_ms: course.model_ms })
  const after = readCpu()
  if (load.failures.length > 0) throw new Error(`${name}: ${load.failures.length} failed: ${load.failures[0]}`)
  const each = (cost: 0 | 1) => ((after[cost] - before[cost]) * 1000) / load.turns
  return { ...load, cpu_ms: each(0), database_cpu_ms: each(1) }
}

function report(course: Course, contestants: Contestant[], cold: Measured[], measured: Measured[][]): void {
  const rates = (place: number) => measured[place]!.map(({ rate }) => rate)
  const ideal = (course.callers * 1000) / course.model_ms
  const of = (place: number, base: number) =>
    spread(
      rates(place).map((rate, round) => rate / rates(base)[round]!),
      2,
    )
  const timesOf = (loads: Measured[]) => loads.flatMap(({ times_ms }) => times_ms.map((ms) => ms - course.model_ms))
  const rows = contestants.map(({ name }, place) => {
    const [loads, first] = [measured[place]!, cold[place]!]
    const times = timesOf(loads)
    return [
      name,
      spread(rates(place), 0),
      of(place, 0),
      of(place, 1),
      ...(course.model_ms > 0
        ? [
            spread(
              rates(place).map((rate) => rate / ideal),
              3,
            ),
          ]
        : []),
      spread(
        loads.map(({ cpu_ms }) => cpu_ms),
        2,
      ),
      spread(
        loads.map(({ database_cpu_ms }) => database_cpu_ms),
        2,
      ),
      `${quantile(times, 0.5).toFixed(1)}, ${quantile(times, 0.99).toFixed(1)}`,
      `${first.rate.toFixed(0)}; ${first.cpu_ms.toFixed(2)}; ${quantile(timesOf([first]), 0.5).toFixed(1)}`,
    ]
  })
  const [over, ideally] = course.model_ms > 0 ? [' over the model’s', ['of the ideal']] : ['', []]
  const head = [course.name, 'turns per second', 'of the limit', 'of the one that streams', ...ideally]
  const costs = ['server CPU ms', 'database CPU ms', `p50, p99 ms${over}`, 'cold: turns per second; CPU; p50']
  printTable([...head, ...costs], rows)
}

/** The median, minimum and maximum. */
function spread(values: number[], digits: number): string {
  const [low, middle, high] = [0, 0.5, 1].map((share) => quantile(values, share).toFixed(digits))
  return `${middle} (${low} to ${high})`
}
