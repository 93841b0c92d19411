// One run: nodes that ingest, search, crawl, move and delete on one database, and die; a pause for the survivors; the verdict.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { createClient } from '@parley/sdk'
import pg from 'pg'
import { admin_key, nodeEnvironment, startKillNode } from '../../../kill/child.ts'
import { createFleet } from '../../../kill/fleet.ts'
import { type Random, createRandom } from '../../../kill/random.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../../../support/embedding-server.ts'
import { startS3Peer } from '../../../support/s3-peer.ts'
import { type Site, crawled_hosts, startSite } from '../../crawl/fixture.ts'
import { type Judged, judge } from './judge.ts'
import { LoadClient, models } from './load.ts'
import { type KillPlan, planKills, pointsOfMoves, pointsOfNodes } from './plan.ts'
import { type Told, type Violation, nothingTold } from './records.ts'
import { with_compiled_code } from '../../../support/compiled-code.ts'

export interface KillOptions {
  /** Of an empty database that only this run uses. */
  connection_string: string
  kills: number
  seed: number
  /** No node is started to die after that. */
  most_seconds: number
  onProgress?: (killed: number) => void
}

export interface KillReport extends Judged {
  /** Of nodes and of moves. */
  kills: number
  moves: number
  pauses: number
  deaths: ReadonlyMap<string, number>
  accepted: number
  lost_answers: number
  searches: number
  unanswered: number
  sources: number
  embedding_calls: number
  /** From the last call, after the last death, until nothing was left to do. */
  settled_ms: number
}

const nodes_at_once = 3
const clients = 5
/** From the last call: a lease of the last that died (30 s), and the pause after a third try (2 minutes), since those that died count. */
const settle_ms = 180_000

const kinds = `('convert_source', 'build_generation', 'erase_chunks', 'erase_vectors', 'erase_words', 'embed_dataset', 'crawl_source', 'delete_blobs')`

async function countOpen(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select ((select count(*) from work where kind in ${kinds}) + (select count(*) from work_arrivals where kind in ${kinds}))::integer as count`,
  )
  return rows[0]!.count
}

async function prepare(environment: Record<string, string>): Promise<[string, string]> {
  await using node = startKillNode(environment)
  const client = createClient({ base_url: (await node.ready).url, token: admin_key })
  const create = async (name: string) =>
    (await client.createDataset({ name, embedding_model: models[0], embedding_dimension: 64 })).id
  return [await create('Steady'), await create('Changing')]
}

const keyOf = (node: number | string) => `node-${node}`

export async function runKnowledgeKills(options: KillOptions): Promise<KillReport> {
  await using stack = new AsyncDisposableStack()
  const random = createRandom(options.seed)
  const pool = new pg.Pool({ connectionString: options.connection_string, max: 4 })
  pool.on('error', () => {})
  stack.defer(() => pool.end())
  const embedding = stack.use(await startEmbeddingServer())
  answerSlowly(embedding, random.fork())
  const peer = stack.use(await startS3Peer())
  const site = stack.use(await startChangingSite())
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-kill-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const common = {
    ...nodeEnvironment(options.connection_string, 'http://127.0.0.1:9', data_dir),
    ...crawled_hosts,
    ...peer.settings('postgres'),
    ...embedding.environment,
    PARLEY_LOG_LEVEL: 'warn',
  }
  // Its key tells whose call it was.
  const environmentOf = (node: number | string) => ({ ...common, PARLEY_EMBEDDING_API_KEY: keyOf(node) })
  const datasets = await prepare(environmentOf('first'))
  const giveUpAt = performance.now() + options.most_seconds * 1000
  const fleet = createFleet(environmentOf, { died: () => {}, revived: () => {} }, giveUpAt)
  stack.defer(() => fleet.stop())

  const told = nothingTold()
  const state = { isOver: false }
  const nodes = { urls: () => fleet.urls, told, datasets, site: site.url, isOver: () => state.isOver }
  const running = Array.from({ length: clients }, (_, index) =>
    new LoadClient({ ...nodes, random: random.fork() }, `k${index}`).run(),
  )
  const plan = planKills(options.kills, random)
  const moves = runMoves({ plan, environment: environmentOf('move'), giveUpAt, random: random.fork() })
  await fleet.run(plan.nodes, nodes_at_once, options.onProgress ?? (() => {}))
  const moved = await moves
  await Promise.all([fleet.startSurvivor(), fleet.startSurvivor()])
  state.isOver = true
  // Each ends what it has begun, which adds the last work.
  await Promise.all(running)
  const settled_ms = await settle({ pool, told, fleet }, performance.now())
  await fleet.stop()
  return report({
    told,
    fleet,
    moved,
    embedding,
    settled_ms,
    options,
    judged: await judge(pool, told, {
      calls: embedding.calls,
      objects: [...peer.objects.keys()],
      paused: new Set([...fleet.paused].map((node) => `Bearer ${keyOf(node)}`)),
    }),
  })
}

interface Settling {
  pool: pg.Pool
  told: Told
  fleet: ReturnType<typeof createFleet>
}

/** Nothing is left to do, and files that nothing keeps, which would expire in an hour or a day, are gone too. */
async function settle({ pool, told: { violations }, fleet }: Settling, since: number): Promise<number> {
  const isLate = () => performance.now() - since > settle_ms
  const untilIdle = async () => {
    while ((await countOpen(pool)) > 0 && !isLate()) await pass(100)
  }
  await untilIdle()
  const settled_ms = performance.now() - since
  if (isLate()) {
    const { rows } = await pool.query(
      `select kind, tries, lease, ready, extract(epoch from due_at - now())::integer as due_in from work where kind in ${kinds}`,
    )
    const { rows: attachments } = await pool.query(
      `select a.id, a.status, a.tries, a.next_try_at, now() - a.updated_at as unchanged, g.id as generation, g.state, g.cut_at,
              g.processed_chunks, g.total_chunks
       from dataset_sources a left join generations g on g.dataset_source_id = a.id where a.status not in ('ready', 'failed')`,
    )
    const { rows: claims } = await pool.query(
      'select holder, count(*), min(expires_at - now()) as first, max(expires_at - now()) as last from embedding_claims group by 1',
    )
    const left = JSON.stringify({ work: rows, attachments, claims, log: fleet.log })
    violations.push({ kind: 'unfinished', what: `after ${settle_ms} ms there is work: ${left}` })
  }
  await pool.query(`update blobs set expires_at = now() where uses = 0`)
  await pool.query(
    `insert into work_arrivals (kind, owner, subject, organization_id, due_at)
     select distinct 'delete_blobs', organization_id::text, 'expired', organization_id, now() from blobs where uses = 0`,
  )
  const deleted_by = performance.now() + settle_ms
  while ((await countOpen(pool)) > 0 && performance.now() < deleted_by) await pass(100)
  return settled_ms
}

interface Reported {
  told: Told
  fleet: ReturnType<typeof createFleet>
  moved: Moved
  embedding: EmbeddingServer
  settled_ms: number
  options: KillOptions
  judged: Judged
}

function report({ told, fleet, moved, embedding, settled_ms, options, judged }: Reported): KillReport {
  const violations: Violation[] = [...judged.violations, ...moved.violations]
  for (const { kind, what } of fleet.violations) violations.push({ kind: kind === 'unreached' ? kind : 'fault', what })
  const deaths = new Map([...fleet.deaths, ...moved.deaths])
  // A long run has time for all of them.
  const points = options.kills >= 100 ? [...pointsOfNodes, ...pointsOfMoves.map((point) => `move ${point}`)] : []
  for (const point of points)
    if (!deaths.has(point)) violations.push({ kind: 'unreached', what: `no process died at ${point}` })
  return {
    ...judged,
    ...told.counts,
    violations,
    kills: fleet.killed + moved.killed,
    moves: moved.killed,
    pauses: fleet.paused.size,
    deaths,
    sources: told.sources.length,
    embedding_calls: embedding.calls.length,
    settled_ms: Math.round(settled_ms),
  }
}

/** A call is under way long enough to be there when its node dies. */
function answerSlowly(embedding: EmbeddingServer, random: Random): void {
  embedding.before = () => pass(random.between(5, 150))
}

/** Each page has another version at each request, which each of its paragraphs names. */
async function startChangingSite(): Promise<Site> {
  const site = await startSite()
  let version = 0
  site.other = (request, response) => {
    if (request.url === '/robots.txt') return void response.writeHead(404).end()
    version += 1
    const about = `the page version${version} ${'and more about this. '.repeat(12)}`
    const paragraphs = Array.from({ length: 9 }, (_, at) => `<p>Paragraph ${at} of ${about}</p>`)
    const isStart = request.url!.lastIndexOf('/') === 0
    const links = isStart ? ['a', 'b'].map((page) => `<a href="${request.url}/${page}">${page}</a>`) : []
    const html = `<html><head><title>Page</title></head><body><main>${paragraphs.join('')}${links.join('')}</main></body></html>`
    response.writeHead(200, { 'content-type': 'text/html' }).end(html)
  }
  return site
}

interface Moved {
  killed: number
  deaths: Map<string, number>
  violations: Violation[]
}

interface Moving {
  plan: KillPlan
  environment: Record<string, string>
  giveUpAt: number
  random: Random
}

const move_ms = 240_000
const tries_of_move = 8

/** There and back, killed at each point of the plan; whatever a move has not done is done by the next. */
async function runMoves({ plan, environment, giveUpAt, random }: Moving): Promise<Moved> {
  const moved: Moved = { killed: 0, deaths: new Map(), violations: [] }
  let to: 'postgres' | 's3' = 's3'
  for (const { point, nth } of plan.moves) {
    const name = `move ${point}`
    for (let tries = 1; performance.now() < giveUpAt; tries += 1) {
      await pass(random.between(1000, 6000))
      const ended = await move(environment, to, point, tries === 1 ? nth : 1)
      to = to === 's3' ? 'postgres' : 's3'
      if (ended === 'SIGKILL') {
        moved.killed += 1
        moved.deaths.set(name, (moved.deaths.get(name) ?? 0) + 1)
        break
      }
      if (ended !== 0) moved.violations.push({ kind: 'fault', what: `a move ended with ${ended}` })
      if (tries === tries_of_move) {
        moved.violations.push({ kind: 'unreached', what: name })
        break
      }
    }
  }
  // What it leaves has to be there in the end, wherever it is.
  await move(environment, 'postgres', 'none', 1)
  return moved
}

async function move(environment: Record<string, string>, to: string, point: string, nth: number) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'mover.ts'), to, point, String(nth)], {
    env: { PATH: process.env['PATH'], ...with_compiled_code, ...environment },
    stdio: ['pipe', 'ignore', 'inherit'],
    timeout: move_ms,
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return code ?? signal
}
