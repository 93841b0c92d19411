// `npm run bench`: the cost of a turn. The server and a baseline that only does the unavoidable work of a durable turn alternate under
// the same load, with a model without latency. The result is their ratio in each round.
import { type Load, type Target, quantile, runLoad } from './load.ts'
import { readOptions } from './options.ts'
import { cpuSeconds, cpuSecondsOfChildren, startProgram } from './programs.ts'
import { machine, printRows, publishAgent, startBenchServer } from './server.ts'

const { rounds, seconds, callers, database_url } = readOptions({ rounds: 7, seconds: 5, callers: 64 })

interface Contestant {
  name: string
  target: Target
  pid: number
}

interface Measured extends Load {
  /** Turns per second. */
  rate: number
  /** Server CPU per turn. */
  cpu_ms: number
  /** Database CPU per turn. */
  database_cpu_ms: number
}

await using model = await startProgram('stub-model.ts')
await using server = await startBenchServer(
  { OPENAI_BASE_URL: `${model.url}/wait/0/v1`, OPENAI_API_KEY: 'stub', PARLEY_DEFAULT_MODEL: 'openai/stub' },
  database_url,
)
await using baseline = await startProgram(
  'baseline.ts',
  server.database_url,
  model.url,
  server.admin_key,
  String(callers),
)
const contestants = await enter()
const measured = new Map<string, Measured[]>(contestants.map(({ name }) => [name, []]))
for (const contestant of contestants) await measure(contestant, Math.min(seconds, 3))
for (let round = 0; round < rounds; round += 1) {
  for (let turn = 0; turn < contestants.length; turn += 1) {
    const contestant = contestants[(round + turn) % contestants.length]!
    measured.get(contestant.name)!.push(await measure(contestant, seconds))
  }
}
report()

async function enter(): Promise<Contestant[]> {
  const agent_id = await publishAgent(server.client)
  const ids: string[] = []
  for (let caller = 0; caller < callers; caller += 1) {
    const input = { channel: 'text' as const, user_id: 'bench', agent_id }
    ids.push((await server.client.createConversation(input)).conversation.id)
  }
  const headers = { authorization: `Bearer ${server.admin_key}` }
  const own: Target = {
    origin: server.url,
    path: (caller) => `/core/conversations/${ids[caller]!}/messages`,
    headers,
    accepts: (body) => body.includes('"reply":"This is the answer'),
  }
  const streamed: Target = {
    ...own,
    headers: { ...headers, accept: 'text/event-stream' },
    accepts: (body) => body.includes('event: turn.completed'),
  }
  const base: Target = {
    ...own,
    origin: baseline.url,
    path: (caller) => `/conversations/${caller}/messages`,
  }
  return [
    { name: 'baseline', target: base, pid: baseline.pid },
    { name: 'turn', target: own, pid: server.pid },
    { name: 'streamed turn', target: streamed, pid: server.pid },
  ]
}

async function measure({ name, target, pid }: Contestant, for_seconds: number): Promise<Measured> {
  const before = [cpuSeconds(pid), cpuSecondsOfChildren(server.database_pid)] as const
  const load = await runLoad(target, { callers, seconds: for_seconds })
  const after = [cpuSeconds(pid), cpuSecondsOfChildren(server.database_pid)] as const
  if (load.failures.length > 0) throw new Error(`${name}: ${load.failures.length} failed: ${load.failures[0]}`)
  return {
    ...load,
    rate: load.turns / load.seconds,
    cpu_ms: ((after[0] - before[0]) * 1000) / load.turns,
    database_cpu_ms: ((after[1] - before[1]) * 1000) / load.turns,
  }
}

function report(): void {
  printRows([
    ['machine', `${machine}; model and callers on it`],
    ['load', `${callers} callers, ${rounds} rounds of ${seconds} s each`],
  ])
  for (const [name, loads] of measured) {
    const ratios = loads.map(({ rate }, round) => rate / measured.get('baseline')![round]!.rate)
    printRows([
      [name, ''],
      [
        '  turns per second',
        spread(
          loads.map(({ rate }) => rate),
          0,
        ),
      ],
      ['  of the baseline', spread(ratios, 2)],
      [
        '  server CPU',
        `${spread(
          loads.map(({ cpu_ms }) => cpu_ms),
          2,
        )} ms a turn`,
      ],
      [
        '  database CPU',
        `${spread(
          loads.map(({ database_cpu_ms }) => database_cpu_ms),
          2,
        )} ms a turn`,
      ],
      ['  time of a turn', `median ${timeOf(loads, 0.5)}, p99 ${timeOf(loads, 0.99)}`],
    ])
  }
}

function timeOf(loads: Measured[], share: number): string {
  return `${quantile(
    loads.flatMap(({ times_ms }) => times_ms),
    share,
  ).toFixed(1)} ms`
}

/** Minimum, median and maximum. */
function spread(of: number[], digits: number): string {
  const [low, middle, high] = [0, 0.5, 1].map((share) => quantile(of, share).toFixed(digits))
  return `${middle} (${low} to ${high})`
}
