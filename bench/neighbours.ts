// `npm run bench:neighbours`: how an organization is affected by another one that floods the same node with long messages. Measured
// alternately alone and beside the flood, so that a machine that becomes slower affects both equally.
import { createClient } from '@parley/sdk'
import { createOrganization } from '../server/src/access/administration.ts'
import { openDatabase } from '../server/src/database/database.ts'
import { systemPorts } from '../server/src/base/ports.ts'
import { type Load, type Target, quantile, runLoad } from './load.ts'
import { readOptions } from './options.ts'
import { cpuSeconds, cpuSecondsOfChildren, startProgram } from './programs.ts'
import { machine, startBenchServer } from './server.ts'
import { printTable } from './table.ts'

const options = readOptions({
  rounds: 5,
  seconds: 5,
  callers: 4,
  pause_ms: 20,
  flooders: 16,
  characters: 32_000,
  model_ms: 0,
})
const { rounds, seconds, callers, pause_ms, flooders, characters, model_ms, database_url } = options

await using model = await startProgram('stub-model.ts')
await using server = await startBenchServer(
  { OPENAI_BASE_URL: `${model.url}/wait/${model_ms}/v1`, OPENAI_API_KEY: 'stub', PARLEY_DEFAULT_MODEL: 'openai/stub' },
  database_url,
)
const quiet = await enter(callers)
/** Characters of four bytes each. */
const flood = await enter(flooders, '😀'.repeat(characters))

const shares = [0.5, 0.99]
const alone: Load[] = []
const beside: Load[] = []
const flooded: Load[] = []
const costs = { server: [] as number[], database: [] as number[] }
await measureQuiet(Math.min(seconds, 2))
for (let round = 0; round < rounds; round += 1) {
  alone.push(await measureQuiet(seconds))
  const before = [cpuSeconds(server.pid), cpuSecondsOfChildren(server.database_pid)] as const
  const [calm, loud] = await Promise.all([measureQuiet(seconds), runLoad(flood, { callers: flooders, seconds })])
  costs.server.push((cpuSeconds(server.pid) - before[0]) / loud.seconds)
  costs.database.push((cpuSecondsOfChildren(server.database_pid) - before[1]) / loud.seconds)
  beside.push(calm)
  flooded.push(loud)
}
report()

/** An organization with one conversation for each of its callers. */
async function enter(count: number, text?: string): Promise<Target> {
  await using database = openDatabase({
    connection_string: server.database_url,
    max_connections: 1,
    statement_timeout_ms: 30_000,
    onError: () => {},
  })
  const { secret } = await createOrganization(
    { database, ports: systemPorts },
    { name: `Bench ${systemPorts.newId()}` },
  )
  const client = createClient({ base_url: server.url, token: secret })
  const { agent_id } = await client.createAgent({ name: 'Bench' })
  await client.createAgentVersion({ agent_id, config: { analysis: { summary: { enabled: false } } } })
  await client.publishAgentVersion({ agent_id, version: '1' })
  const ids: string[] = []
  for (let caller = 0; caller < count; caller += 1) {
    ids.push((await client.createConversation({ channel: 'text', user_id: 'bench', agent_id })).conversation.id)
  }
  return {
    origin: server.url,
    path: (caller) => `/core/conversations/${ids[caller]!}/messages`,
    headers: { authorization: `Bearer ${secret}` },
    accepts: (body) => body.includes('"reply":"This is the answer'),
    text,
  }
}

async function measureQuiet(for_seconds: number): Promise<Load> {
  const load = await runLoad(quiet, { callers, seconds: for_seconds, pause_ms })
  if (load.failures.length > 0) throw new Error(`${load.failures.length} failed: ${load.failures[0]}`)
  return load
}

function report(): void {
  const kilobytes = Math.round((characters * 4) / 1000)
  process.stdout.write(
    `${machine}; model (${model_ms} ms) and callers on it. ${callers} callers of the quiet organization, ${pause_ms} ms between their ` +
      `messages; ${flooders} of the flooding one, ${kilobytes} KB per message. ${rounds} rounds of ${seconds} s alone and ${seconds} s beside it.\n\n`,
  )
  const times = (loads: Load[]) => shares.map((share) => spread(loads.map((load) => quantile(load.times_ms, share))))
  const ratio = (share: number) =>
    spread(beside.map((load, round) => quantile(load.times_ms, share) / quantile(alone[round]!.times_ms, share)))
  printTable(
    ['turns of the quiet organization', 'p50 in ms', 'p99 in ms', 'turns per second'],
    [
      ['alone', ...times(alone), rate(alone)],
      ['beside the flood', ...times(beside), rate(beside)],
      ['ratio', ...shares.map(ratio), ''],
    ],
  )
  printTable(
    ['the flood', 'p50 in ms', 'p99 in ms', 'turns per second', 'refused', 'CPU of server and database'],
    [
      [
        'beside the quiet one',
        ...times(flooded),
        rate(flooded),
        String(flooded.reduce((sum, load) => sum + load.failures.length, 0)),
        `${spread(costs.server)}, ${spread(costs.database)}`,
      ],
    ],
  )
}

function rate(loads: Load[]): string {
  return spread(loads.map(({ turns, seconds: took }) => turns / took))
}

/** Median, minimum and maximum. */
function spread(of: number[]): string {
  const [middle, low, high] = [0.5, 0, 1].map((share) => quantile(of, share).toFixed(2))
  return `${middle} (${low} to ${high})`
}
