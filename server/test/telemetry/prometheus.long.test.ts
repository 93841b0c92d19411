// The dashboard and the alert rules with a real Prometheus (Debian's package `prometheus`, or PARLEY_TEST_PROMETHEUS, a folder with
// `prometheus` and `promtool`): the rules are valid, and each expression yields a series of a server that has done a little of everything.
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { startEmbeddingServer } from '../support/embedding-server.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'
import { type Library, startLibrary } from '../knowledge/ingest/fixture.ts'

const deploy = join(import.meta.dirname, '../../../deploy')
const programs = process.env['PARLEY_TEST_PROMETHEUS'] ?? '/usr/bin'
const run = promisify(execFile)
const promtool = (...parameters: string[]) => run(join(programs, 'promtool'), parameters)

const stack = new AsyncDisposableStack()
let library: Library
let prometheus_url: string

beforeAll(async () => {
  if (!existsSync(join(programs, 'prometheus'))) {
    throw new Error(
      'there is no Prometheus; install the package `prometheus`, or run `.ci/with-prometheus npm run test:long`',
    )
  }
  const embeddings = stack.use(await startEmbeddingServer())
  library = stack.use(await startLibrary({ ...embeddings.environment, PARLEY_METRICS_PORT: '0' }))
  prometheus_url = await startPrometheus(library.server.app.metrics_url!)
})
afterAll(() => stack.disposeAsync())

async function startPrometheus(metrics_url: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-prometheus-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const config = join(folder, 'prometheus.yml')
  await writeFile(
    config,
    `global: { scrape_interval: 1s }
scrape_configs: [{ job_name: parley, static_configs: [{ targets: ['${new URL(metrics_url).host}'] }] }]
`,
  )
  const child = spawn(
    join(programs, 'prometheus'),
    [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, '--web.listen-address=127.0.0.1:0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  stack.defer(async () => {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  })
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>()
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
    const [, port] = /Listening on"? .*?127\.0\.0\.1:(\d+)/.exec(output) ?? []
    if (port) resolve(`http://127.0.0.1:${port}`)
  })
  child.once('exit', () => reject(new Error(`Prometheus ended: ${output}`)))
  return listening
}

async function query(expression: string): Promise<{ value: [number, string] }[]> {
  const answer = await fetch(`${prometheus_url}/api/v1/query?query=${encodeURIComponent(expression)}`)
  const body = (await answer.json()) as {
    status: string
    error?: string
    data?: { result: { value: [number, string] }[] }
  }
  if (body.status !== 'success') throw new Error(`${expression}: ${body.error}`)
  return body.data!.result
}

interface Panel {
  title: string
  targets?: { expr: string }[]
}

const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana/parley.json'), 'utf8')) as { panels: Panel[] }
const shown = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr.replaceAll('$__rate_interval', '1m')] as const),
)

const { groups } = parse(readFileSync(join(deploy, 'prometheus/alerts.yml'), 'utf8')) as {
  groups: { rules: { alert: string; expr: string }[] }[]
}
/** Whatever the threshold says: 0 or 1. */
const alerts = groups.flatMap(({ rules }) =>
  rules.map(({ alert, expr }) => [alert, expr.replace(/ (>|==) (?=[\d.]+$)/, ' $1 bool ')] as const),
)

test('a server does what makes a series of each metric that begins with the first event', async () => {
  const { server } = library
  const { client, model } = server
  const dataset_id = await library.newDataset()
  await library.settled(
    await library.attach(dataset_id, await library.newUpload('Goods can be returned within 30 days.')),
  )
  await client.queryDataset({ dataset_id, query: 'returned goods' })
  const { agent_id } = await publishAgent(client)
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const conversation_id = conversation.id
  const answer = holdAnswer()
  // The first try fails, and is made again.
  const answers = [() => 500, () => answer]
  model.answer = () => (answers.shift() ?? (() => 'Yes.'))()
  const idempotency_key = randomUUID()
  const send = () => client.sendConversationMessage({ conversation_id, text: 'Hello', idempotency_key })
  const first = send()
  await answer.asked
  const joined = send()
  answer.say('Hello.')
  answer.finish()
  await Promise.all([first, joined])
  await client.endConversation({ conversation_id })
})

test('promtool accepts the configuration and the rules, and alerts are raised by the figures that they are for', async () => {
  await promtool('check', 'rules', join(deploy, 'prometheus/alerts.yml'))
  await promtool('check', 'config', join(deploy, 'prometheus/prometheus.yml'))
  await promtool('test', 'rules', join(deploy, 'prometheus/alerts.test.yml'))
})

test('what is read is valid to Prometheus’ own linter', async () => {
  const metrics = await (await fetch(library.server.app.metrics_url!)).text()
  const linter = spawn(join(programs, 'promtool'), ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  linter.stderr.setEncoding('utf8').on('data', (more: string) => (said += more))
  linter.stdin.end(metrics)
  const [code] = (await once(linter, 'close')) as [number]
  expect([code, said]).toEqual([0, ''])
})

test.each([...shown, ...alerts])('%s yields a series', async (_title, expression) => {
  await expect.poll(async () => (await query(expression)).length, { timeout: 90_000, interval: 500 }).toBeGreaterThan(0)
})

test('alerts compare with a threshold', () => {
  expect(alerts.filter(([, expression]) => !expression.includes(' bool '))).toEqual([])
  expect(shown.length).toBeGreaterThan(40)
})
