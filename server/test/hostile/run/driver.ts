// Runs the server under attack, beside a quiet organization that calls at a steady pace, and reports the results of both.
import { setTimeout as pass } from 'node:timers/promises'
import { ApiError, type CallOptions, type Client } from '@parley/sdk'
import { openDatabase } from '../../../src/database/database.ts'
import { startNameServer } from '../../outbound/name-server.ts'
import { startScriptedModel } from '../../support/scripted-model.ts'
import { type Memory, type RunNode, startAttackers, startRunNode } from './processes.ts'
import { type Quiet, setUp } from './set-up.ts'
import type { Tally, Target } from './target.ts'

export interface RunOptions {
  connection_string: string
  data_dir: string
  /** How long the attack lasts. */
  seconds: number
  /** How long the quiet organization calls alone before. */
  alone_seconds: number
  /** How long the server is left alone before its memory is measured: connections end, and free memory is returned. */
  rest_seconds: number
  /** Slow clients. */
  clients: number
  /** The part of each attack's senders that take part. */
  crowd: number
  /** A call of the quiet organization that takes longer has failed. */
  patience_ms: number
  onProgress?: (text: string) => void
}

export interface QuietFigures {
  /** Of each call that succeeded, in milliseconds, shortest first. */
  took_ms: number[]
  /** Those of them that waited for a turn. */
  turn_ms: number[]
  failures: string[]
}

export interface HostileReport {
  alone: QuietFigures
  beside: QuietFigures
  before: Memory
  /** The largest value seen during the attack. */
  peak: Memory
  after: Memory
  tally: Tally
  /** Null: the server lived. */
  died: string | null
  healthy: boolean
  stopped_ms: number
}

export async function runHostile(options: RunOptions): Promise<HostileReport> {
  const { seconds, alone_seconds, clients, crowd, patience_ms, onProgress = () => {} } = options
  await using stack = new AsyncDisposableStack()
  const { node, target, quiet } = await startRun(options, stack)
  onProgress('set up')

  const alone = await callFor(quiet, { ms: alone_seconds * 1000, patience_ms })
  const before = await node.memory('collected')
  onProgress('the attack begins')
  const attackers = stack.use(startAttackers({ target, clients, crowd }))
  const watching = watchMemory(node)
  const beside = await callFor(quiet, { ms: seconds * 1000, patience_ms })
  const peak = await watching.stop()
  const tally = await attackers.stop()
  onProgress('the attack is over')

  await pass(options.rest_seconds * 1000)
  const died = node.died
  const after = died === null ? await node.memory('collected') : { rss: 0, held: 0 }
  const healthy = died === null && (await isHealthy(node.url))
  return { alone, beside, before, peak, after, tally, died, healthy, stopped_ms: await node.stop() }
}

/** A server with the data of both organizations. */
export async function startRun(
  options: Pick<RunOptions, 'connection_string' | 'data_dir'> & { model_ms?: number },
  stack: AsyncDisposableStack,
): Promise<{ node: RunNode; target: Target; quiet: Quiet }> {
  const { connection_string, model_ms = 0 } = options
  const model = stack.use(await startScriptedModel())
  model.answer = () => {
    // They are never read, and there are many.
    model.requests.length = 0
    return model_ms === 0 ? 'A short answer.' : answerLater(model_ms)
  }
  const silent = stack.use(await startNameServer(() => undefined))
  const environment = { ...environmentOf(options, model.base_url), PARLEY_NAME_SERVERS: silent.address }
  const node = stack.use(await startRunNode(environment))
  const database = stack.use(
    openDatabase({ connection_string, max_connections: 2, statement_timeout_ms: 60_000, onError: () => {} }),
  )
  return { node, ...(await setUp(database, node.url)) }
}

async function* answerLater(model_ms: number): AsyncGenerator<string> {
  await pass(model_ms)
  yield 'A short answer.'
}

function environmentOf(
  { connection_string, data_dir }: Pick<RunOptions, 'connection_string' | 'data_dir'>,
  model_url: string,
): Record<string, string> {
  return {
    PORT: '0',
    DATABASE_URL: connection_string,
    PARLEY_DATA_DIR: data_dir,
    PARLEY_DEFAULT_MODEL: 'openai/scripted',
    OPENAI_BASE_URL: model_url,
  }
}

/** Below the limit of one credential: 600 requests a minute. */
const usual_pace_ms = 500

/** What a customer does: a conversation with one message, read back, at a steady pace however long each takes. */
export async function callFor(
  { clients, agent_id }: Quiet,
  { ms, patience_ms, pace_ms = usual_pace_ms }: { ms: number; patience_ms: number; pace_ms?: number },
): Promise<QuietFigures> {
  const figures: QuietFigures = { took_ms: [], turn_ms: [], failures: [] }
  const timed = async <T>(name: string, call: (options: CallOptions) => Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    try {
      const answer = await call({ signal: AbortSignal.timeout(patience_ms) })
      const took_ms = performance.now() - startedAt
      figures.took_ms.push(took_ms)
      if (name === 'message') figures.turn_ms.push(took_ms)
      return answer
    } catch (error) {
      figures.failures.push(`${name}: ${error instanceof ApiError ? error.status : String(error)}`)
      throw error
    }
  }
  const converse = async (client: Client) => {
    const input = { channel: 'text' as const, user_id: 'quiet', agent_id }
    const { conversation } = await timed('create', (options) => client.createConversation(input, options))
    const conversation_id = conversation.id
    await timed('message', (options) => client.sendConversationMessage({ conversation_id, text: 'Hello' }, options))
    await timed('read', (options) => client.getConversation({ conversation_id }, options))
    await timed('end', (options) => client.endConversation({ conversation_id }, options))
  }
  const going: Promise<void>[] = []
  for (const endsAt = performance.now() + ms; performance.now() < endsAt;) {
    going.push(converse(clients[going.length % clients.length]!).catch(() => {}))
    await pass(pace_ms)
  }
  await Promise.all(going)
  for (const times of [figures.took_ms, figures.turn_ms]) times.sort((a, b) => a - b)
  return figures
}

function watchMemory(node: RunNode): { stop(): Promise<Memory> } {
  const peak = { rss: 0, held: 0 }
  const over = new AbortController()
  const watching = (async () => {
    while (!over.signal.aborted && node.died === null) {
      const memory = await node.memory().catch(() => null)
      peak.rss = Math.max(peak.rss, memory?.rss ?? 0)
      peak.held = Math.max(peak.held, memory?.held ?? 0)
      await pass(500)
    }
  })()
  return {
    async stop() {
      over.abort()
      await watching
      return peak
    },
  }
}

async function isHealthy(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(60_000) }).catch(() => null)
  return answer?.status === 200
}
