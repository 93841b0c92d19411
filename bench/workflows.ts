// `npm run bench:workflows`: plain steps a second, of executions in parallel, beside as many chains of empty jobs of graphile-worker in the
// same PostgreSQL, in turns; the server's processor time a step; and what an evaluation in the sandbox takes.
import pg from 'pg'
import { systemPorts } from '../server/src/base/ports.ts'
import { createReader } from '../server/src/config/reader.ts'
import { createSandbox } from '../server/src/sandbox/sandbox.ts'
import { sandboxSettings } from '../server/src/sandbox/settings.ts'
import { readOptions } from './options.ts'
import { cpuSeconds, startProgram } from './programs.ts'
import { machine, printRows, startBenchServer } from './server.ts'

const options = readOptions({ chains: 64, length: 400, rounds: 5, evaluations: 300 })
const { chains, length, rounds, evaluations } = options

await using server = await startBenchServer({}, options.database_url)
await using bare = await startProgram('bare-chain.ts', server.database_url, String(chains))
const { client } = server
const database = new pg.Client({ connectionString: server.database_url })
await database.connect()

/** Two conditions in turns, until one has been reached too often. */
function loopOf(visits: number) {
  const condition = (text: string) => ({ conditions: [{ name: 'on', condition: text }] })
  return {
    nodes: [
      { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'a' } },
      {
        ...{ id: 'a', type: 'condition', max_visits: Math.floor((visits - 3) / 2), config: condition('{{ n > 0 }}') },
        next: { on: 'b', default: 'b', error: 'end' },
      },
      { id: 'b', type: 'condition', config: condition('{{ a = "on" and n < 0 }}'), next: { on: 'a', default: 'a' } },
      { id: 'end', type: 'output', config: { output_data: [{ name: 'n', value: '{{ n }}' }] } },
    ],
    settings: { max_steps: 10_000 },
  }
}

const { id: workflow_id } = await client.createWorkflow({ name: 'Bench', definition: loopOf(length) })
await client.publishWorkflowVersion({ workflow_id, version: '1' })

interface Run {
  steps_per_second: number
  /** Of the server. */
  cpu_ms: number
}

interface Ended {
  open: string
  failed: string
  visits: string
  seconds: number
}

async function runExecutions(): Promise<Run> {
  const cpu = cpuSeconds(server.pid)
  const started = await Promise.all(
    Array.from({ length: chains }, () => client.executeWorkflowAsync({ workflow_id, input_data: { n: 1 } })),
  )
  const ids = started.map(({ execution_id }) => execution_id)
  const { failed, visits, seconds } = await untilEnded(ids)
  if (Number(failed) > 0) throw new Error(`${failed} executions have failed`)
  return {
    steps_per_second: Number(visits) / seconds,
    cpu_ms: ((cpuSeconds(server.pid) - cpu) * 1000) / Number(visits),
  }
}

async function untilEnded(ids: readonly string[]): Promise<Ended> {
  for (;;) {
    const { rows } = await database.query<Ended>(
      `select count(*) filter (where finished_at is null) as open, count(*) filter (where status = 'failed') as failed,
              sum(visit_count) as visits, extract(epoch from max(finished_at) - min(queued_at))::double precision as seconds
       from workflow_executions where id = any($1::uuid[])`,
      [ids],
    )
    const [ended] = rows
    if (ended!.open === '0') return ended!
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function runBare(): Promise<Run> {
  const cpu = cpuSeconds(bare.pid)
  const response = await fetch(`${bare.url}/?chains=${chains}&length=${length}`)
  const seconds = Number(await response.text())
  const links = chains * length
  return { steps_per_second: links / seconds, cpu_ms: ((cpuSeconds(bare.pid) - cpu) * 1000) / links }
}

async function evaluate(): Promise<number[]> {
  const limits = sandboxSettings.read(createReader({}, sandboxSettings.settings, []))
  await using sandbox = createSandbox(systemPorts.clock, limits)
  const items = Array.from({ length: 50 }, (_, at) => ({ price: at * 1.5, quantity: at % 7 }))
  const names = { values: { ctx: { n1: { body: { items } } } }, links: [['n1', 'ctx', 'n1']] } as const
  const taken: number[] = []
  for (let run = -10; run < evaluations; run += 1) {
    const began_at = performance.now()
    await sandbox.evaluate({
      ...{ owner: 'one', names, at_ms: Date.now(), signal: new AbortController().signal },
      expressions: [{ text: '$sum(n1.body.items.(price * quantity))', seed: `${run}` }],
    })
    if (run >= 0) taken.push(performance.now() - began_at)
  }
  return taken
}

const middle = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

// Both once, so that nothing is loaded in the first round.
await runExecutions()
await runBare()
const ours: Run[] = []
const theirs: Run[] = []
for (let round = 0; round < rounds; round += 1) {
  ours.push(await runExecutions())
  theirs.push(await runBare())
}
const ratios = ours.map((run, at) => run.steps_per_second / theirs[at]!.steps_per_second)
const describe = (runs: Run[]) => {
  const each = runs.map((run) => run.steps_per_second.toFixed(0)).join(', ')
  return `${middle(runs.map((run) => run.steps_per_second)).toFixed(0)} a second (${each}), ${middle(runs.map((run) => run.cpu_ms)).toFixed(3)} ms of its processor each`
}
printRows([
  ['machine', machine],
  ['chains', `${chains} of ${length}, ${rounds} rounds in turns`],
  ['plain steps', describe(ours)],
  ['bare graphile-worker', describe(theirs)],
  ['ratio', `${middle(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`],
  ['an evaluation in the sandbox', `p50 ${middle(await evaluate()).toFixed(2)} ms, ${evaluations} times`],
])
await database.end()
