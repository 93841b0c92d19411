// `npm run bench:nodes`: the same load on one node and on several with one database: what another node adds, and what the limit is.
import { type Load, type Target, quantile, runLoad } from './load.ts'
import { readOptions } from './options.ts'
import { cpuSeconds, cpuSecondsOfChildren, startProgram } from './programs.ts'
import { type BenchServer, machine, publishAgent, startBenchServer } from './server.ts'
import { printTable } from './table.ts'

const { nodes, rounds, seconds, callers, database_url } = readOptions({ nodes: 2, rounds: 5, seconds: 5, callers: 64 })

await using model = await startProgram('stub-model.ts')
await using stack = new AsyncDisposableStack()
const environment = {
  OPENAI_BASE_URL: `${model.url}/wait/0/v1`,
  OPENAI_API_KEY: 'stub',
  PARLEY_DEFAULT_MODEL: 'openai/stub',
}
const first = stack.use(await startBenchServer(environment, database_url))
const servers = [first]
while (servers.length < nodes) servers.push(stack.use(await startBenchServer(environment, first.database_url)))
const ids = await createConversations()
for (const server of servers) await measure([server], Math.min(seconds, 2))

interface Measured {
  rate: number
  server_ms: number
  database_ms: number
  /** Database CPU, in cores. */
  database_cores: number
}

const measured: { name: string; rounds: Measured[] }[] = [
  { name: 'one node', rounds: [] },
  { name: `${nodes} nodes`, rounds: [] },
]
for (let round = 0; round < rounds; round += 1) {
  measured[0]!.rounds.push(await measure([first], seconds))
  measured[1]!.rounds.push(await measure(servers, seconds))
}
report()

async function createConversations(): Promise<string[]> {
  const agent_id = await publishAgent(first.client)
  const made: string[] = []
  for (let caller = 0; caller < callers; caller += 1) {
    const input = { channel: 'text' as const, user_id: 'bench', agent_id }
    made.push((await first.client.createConversation(input)).conversation.id)
  }
  return made
}

/** Each node takes its share of the callers. */
async function measure(taking: BenchServer[], for_seconds: number): Promise<Measured> {
  const cost = () => ({
    server: taking.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0),
    database: cpuSecondsOfChildren(first.database_pid),
  })
  const before = cost()
  const begun = performance.now()
  const loads = await Promise.all(
    taking.map((server, place) =>
      load(
        server,
        ids.filter((_id, caller) => caller % taking.length === place),
        for_seconds,
      ),
    ),
  )
  const took = (performance.now() - begun) / 1000
  const after = cost()
  const failure = loads.flatMap(({ failures }) => failures)[0]
  if (failure !== undefined) throw new Error(failure)
  const turns = loads.reduce((sum, of) => sum + of.turns, 0)
  return {
    rate: turns / took,
    server_ms: ((after.server - before.server) * 1000) / turns,
    database_ms: ((after.database - before.database) * 1000) / turns,
    database_cores: (after.database - before.database) / took,
  }
}

function load({ url, admin_key }: BenchServer, conversations: string[], for_seconds: number): Promise<Load> {
  const target: Target = {
    origin: url,
    path: (caller) => `/core/conversations/${conversations[caller]!}/messages`,
    headers: { authorization: `Bearer ${admin_key}` },
    accepts: (body) => body.includes('"reply":"This is the answer'),
  }
  return runLoad(target, { callers: conversations.length, seconds: for_seconds })
}

function report(): void {
  process.stdout.write(`${machine}; model and callers on it. ${callers} callers, ${rounds} rounds of ${seconds} s.\n\n`)
  const rows = measured.map(({ name, rounds: of }) => {
    const spread = (key: keyof Measured, digits: number) => {
      const [low, middle, high] = [0, 0.5, 1].map((share) =>
        quantile(
          of.map((round) => round[key]),
          share,
        ).toFixed(digits),
      )
      return `${middle} (${low} to ${high})`
    }
    return [
      name,
      spread('rate', 0),
      `${spread('server_ms', 2)} ms`,
      `${spread('database_ms', 2)} ms`,
      spread('database_cores', 2),
    ]
  })
  const head = ['', 'turns per second', 'server CPU per turn', 'database CPU per turn', 'database cores']
  printTable(head, rows)
}
