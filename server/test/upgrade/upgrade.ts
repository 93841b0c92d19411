// One upgrade under load: servers of an older release work, servers of this one migrate their database and are killed meanwhile, both serve
// together and are killed one by one, until only new ones are left. Then everything that clients were told is compared with what is stored.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import pg from 'pg'
import { type KillNode, nodeEnvironment, startKillNode } from '../kill/child.ts'
import { prepare, settle_ms } from '../kill/driver.ts'
import { type Verdict, judge } from '../kill/judge.ts'
import { Load } from '../kill/load.ts'
import { startLoadedModel, startLoadedPeer, toolsOf } from '../kill/model.ts'
import { createRandom } from '../kill/random.ts'
import { countOpen, readStored } from '../kill/read-stored.ts'
import { nothingSent } from '../kill/records.ts'
import { opened_hosts } from '../support/tool-peer.ts'

export interface UpgradeOptions {
  connection_string: string
  /** A checkout of the older release, in which its packages can be found. */
  older: string
  seed: number
  clients: number
  /** How many starts of the new release are killed while they migrate. */
  killed_starts: number
  /** How long servers of both work together. */
  together_ms: number
}

export interface UpgradeReport extends Verdict {
  messages: number
  kills: number
  /** What an older server says that starts on the new schema. */
  refusal: string
}

const older_nodes = 3

export async function runUpgrade(options: UpgradeOptions): Promise<UpgradeReport> {
  await using stack = new AsyncDisposableStack()
  const random = createRandom(options.seed)
  const pool = new pg.Pool({ connectionString: options.connection_string, max: 4 })
  pool.on('error', () => {})
  stack.defer(() => pool.end())
  const sent = nothingSent()
  const peer = stack.use(await startLoadedPeer(random.fork(), sent.executed))
  const model = stack.use(await startLoadedModel(random.fork(), []))
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-upgrade-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const environment = { ...nodeEnvironment(options.connection_string, model.base_url, data_dir), ...opened_hosts }
  const older_program = join(options.older, 'server', 'test', 'kill', 'node.ts')
  const { agent_ids } = await prepare(environment, toolsOf(peer), options.killed_starts, older_program)

  const serving = new Map<KillNode, string>()
  stack.defer(() => [...serving.keys()].forEach((node) => node.kill('SIGKILL')))
  let kills = 0
  const start = async (program?: string) => {
    const node = startKillNode(environment, null, program)
    serving.set(node, (await node.ready).url)
    return node
  }
  const kill = async (node: KillNode) => {
    serving.delete(node)
    node.kill('SIGKILL')
    kills += 1
    await node.exited
  }

  let isOver = false
  const load = new Load({
    pool,
    sent,
    urls: () => [...serving.values()],
    isOver: () => isOver,
    random: random.fork(),
    agent_ids,
  })
  const older = await Promise.all(Array.from({ length: older_nodes }, () => start(older_program)))
  const clients = Array.from({ length: options.clients }, () => load.runClient(random.fork()))
  await pass(options.together_ms / 2)

  // Killed somewhere between its first line and its first request.
  for (let n = 0; n < options.killed_starts; n += 1) {
    const node = startKillNode(environment)
    await pass(random.between(200, 2500))
    await kill(node)
  }
  const newer = [await start()]
  await pass(options.together_ms)
  const refused = startKillNode(environment, null, older_program)
  const ended = await refused.exited
  const refusal = `${ended}: ${/^\w*Error: (.*)/m.exec(refused.errors)?.[1] ?? refused.errors}`
  for (const node of older) {
    await kill(node)
    newer.push(await start())
    await pass(options.together_ms / 4)
  }
  await kill(newer[0]!)
  await pass(options.together_ms / 4)
  isOver = true
  await Promise.all(clients)
  const until = performance.now() + settle_ms
  while ((await countOpen(pool)) > 0 && performance.now() < until) await pass(100)
  for (const node of [...serving.keys()]) {
    node.kill('SIGTERM')
    await node.exited
    serving.delete(node)
  }
  return { ...judge(sent, await readStored(pool)), messages: sent.messages.length, kills, refusal }
}
