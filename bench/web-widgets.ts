// `npm run bench:web-widgets`: what a widget costs beside the plain API. Messages with the tokens of visitors alternate with messages by a
// key, starts with createConversation; the results are the ratios of each round.
import { randomUUID } from 'node:crypto'
import { Pool } from 'undici'
import { systemPorts } from '../server/src/base/ports.ts'
import { createVisitorTokens } from '../server/src/web-widgets/visitor-tokens.ts'
import { type Load, type Target, quantile, runLoad } from './load.ts'
import { readOptions } from './options.ts'
import { startProgram } from './programs.ts'
import { machine, printRows, publishAgent, startBenchServer } from './server.ts'
import { printTable } from './table.ts'

const options = readOptions({ rounds: 7, seconds: 3, callers: 32, starts: 150, starters: 1, widgets: 1 })
const { rounds, seconds, callers, starts, starters, widgets, database_url } = options

await using model = await startProgram('stub-model.ts')
await using server = await startBenchServer(
  {
    OPENAI_BASE_URL: `${model.url}/wait/0/v1`,
    OPENAI_API_KEY: 'stub',
    PARLEY_DEFAULT_MODEL: 'openai/stub',
    // Each visitor has an address of their own.
    PARLEY_TRUSTED_PROXIES: 'loopback',
  },
  database_url,
)
const agent_id = await publishAgent(server.client)
const widget_ids: string[] = []
for (let count = 0; count < widgets; count += 1) {
  const limits = { messages_per_conversation_minute: 6000, messages_per_address_minute: 6000, messages_per_conversation: 10_000, conversations_per_day: 1_000_000, active_conversations: 100_000, tokens_per_day: 1_000_000_000_000 } // prettier-ignore
  const domains = ['https://shop.example.com']
  widget_ids.push((await server.client.createWebWidget({ agent_id, published: true, limits, domains })).id)
}
/** Signed here, since entering is not what is measured. */
const tokens = createVisitorTokens(Buffer.from('0'.repeat(64), 'hex'), systemPorts.clock)
let visitors = 0

interface Browser {
  widget_id: string
  headers: Record<string, string>
}

async function newVisitor(): Promise<Browser> {
  visitors += 1
  const widget_id = widget_ids[visitors % widget_ids.length]!
  const token = await tokens.signVisitor({
    ...{ widget_id, origin: 'https://shop.example.com', is_preview: false, key_id: null, profile: {} },
    user_id: `guest_${randomUUID()}`,
    expires_at: Math.floor(Date.now() / 1000) + 86_400,
  })
  return { widget_id, headers: { ...fromFrame(visitors), authorization: `Bearer ${token}` } }
}

function fromFrame(visitor: number): Record<string, string> {
  const address = `10.${(visitor >> 16) & 255}.${(visitor >> 8) & 255}.${visitor & 255}`
  return { origin: server.url, 'x-forwarded-for': address, 'content-type': 'application/json' }
}

// --- messages ---

const accepts = (body: string) => body.includes('"reply":"This is the answer')
const by_key = { authorization: `Bearer ${server.admin_key}` }

async function enterMessages(): Promise<Map<string, Target>> {
  const plain: string[] = []
  const visited: { id: string; headers: Record<string, string> }[] = []
  for (let caller = 0; caller < callers; caller += 1) {
    const input = { channel: 'text' as const, user_id: 'bench', agent_id }
    plain.push((await server.client.createConversation(input)).conversation.id)
    const { widget_id, headers } = await newVisitor()
    const response = await fetch(`${server.url}/core/public/web-widgets/${widget_id}/conversations`, { method: 'POST', headers, body: '{}' }) // prettier-ignore
    const { conversation, token } = (await response.json()) as { conversation: { id: string }; token: string }
    visited.push({ id: conversation.id, headers: { ...fromFrame(visitors), authorization: `Bearer ${token}` } })
  }
  const pathOf = (id: string) => `/core/conversations/${id}/messages`
  const asFrame = () => {
    const client_id = randomUUID()
    return { headers: { 'idempotency-key': client_id }, body: { client_id, interactivity: 'rich' } }
  }
  const ofVisitor = (more: () => ReturnType<typeof asFrame>): Target => ({
    ...{ origin: server.url, path: (caller) => pathOf(visited[caller]!.id), headers: {}, accepts },
    more: (caller) => {
      const { headers, body } = more()
      return { headers: { ...visited[caller]!.headers, ...headers }, body }
    },
  })
  const ofKey: Target = { origin: server.url, path: (caller) => pathOf(plain[caller]!), headers: by_key, accepts }
  return new Map([
    ['a key', ofKey],
    ['a visitor', ofVisitor(() => ({ headers: {} as never, body: {} as never }))],
    ['a key, with ids and keys of messages', { ...ofKey, more: asFrame }],
    ['a visitor, as the frame sends', ofVisitor(asFrame)],
  ])
}

// --- starts ---

/** The time of each. */
async function timeStarts(prepare: () => Promise<{ path: string; headers: Record<string, string>; body: string }>) {
  const requests: Awaited<ReturnType<typeof prepare>>[] = []
  for (let count = 0; count < starts; count += 1) requests.push(await prepare())
  const pool = new Pool(server.url, { connections: starters, pipelining: 1 })
  const times_ms: number[] = []
  const began_at = performance.now()
  const run = async () => {
    for (let request = requests.pop(); request; request = requests.pop()) {
      const sent_at = performance.now()
      const answer = await pool.request({ method: 'POST', ...request })
      const text = await answer.body.text()
      if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${text}`)
      times_ms.push(performance.now() - sent_at)
    }
  }
  await Promise.all(Array.from({ length: starters }, run))
  const took_ms = performance.now() - began_at
  await pool.close()
  return { median_ms: quantile(times_ms, 0.5), each_ms: took_ms / starts }
}

const plainStart = async () => ({
  path: '/core/conversations',
  headers: { ...by_key, 'content-type': 'application/json' },
  body: JSON.stringify({ channel: 'text', user_id: `user ${randomUUID()}`, agent_id }),
})

const visitorStart = async () => {
  const { widget_id, headers } = await newVisitor()
  return { path: `/core/public/web-widgets/${widget_id}/conversations`, headers, body: '{}' }
}

const starting = new Map([
  ['createConversation', plainStart],
  ['a start', visitorStart],
])

// --- rounds ---

const targets = await enterMessages()
const rates = new Map([...targets.keys()].map((name) => [name, [] as number[]]))
const times = new Map([...starting.keys()].map((name) => [name, [] as { median_ms: number; each_ms: number }[]]))
for (const target of targets.values()) check(await runLoad(target, { callers, seconds: Math.min(seconds, 1) }))
for (const prepare of starting.values()) await timeStarts(prepare)
for (let round = 0; round < rounds; round += 1) {
  for (const [name, target] of turned(targets, round)) {
    const load = check(await runLoad(target, { callers, seconds }))
    rates.get(name)!.push(load.turns / load.seconds)
  }
  for (const [name, prepare] of turned(starting, round)) times.get(name)!.push(await timeStarts(prepare))
}
report()

/** So that none of them is always first. */
function turned<T>(entries: Map<string, T>, round: number): [string, T][] {
  const all = [...entries]
  return all.map((_, index) => all[(index + round) % all.length]!)
}

function check(load: Load): Load {
  if (load.failures.length > 0) throw new Error(`${load.failures.length} failed: ${load.failures[0]}`)
  return load
}

function report(): void {
  printRows([
    ['machine', `${machine}; model and callers on it`],
    ['load', `${callers} callers, ${starters} starters, ${widgets} widgets, ${rounds} rounds`],
  ])
  const rateTable = [...rates].map(([name, of], index) => {
    // Each is compared with the key that sends the same.
    const base = rates.get(index < 2 ? 'a key' : 'a key, with ids and keys of messages')!
    return [
      name,
      spread(of, 0),
      spread(
        of.map((rate, round) => rate / base[round]!),
        2,
      ),
    ]
  })
  printTable(['messages by', 'turns per second', 'of the key’s'], rateTable)
  const base = times.get('createConversation')!
  const timeTable = [...times].map(([name, of]) => [
    name,
    spread(
      of.map(({ median_ms }) => median_ms),
      2,
    ),
    spread(
      of.map(({ median_ms }, round) => median_ms / base[round]!.median_ms),
      2,
    ),
    spread(
      of.map(({ each_ms }, round) => each_ms / base[round]!.each_ms),
      2,
    ),
  ])
  printTable(['start', 'median ms', 'of createConversation', 'of its time for all'], timeTable)
}

/** Median, minimum and maximum. */
function spread(of: number[], digits: number): string {
  const [low, middle, high] = [0, 0.5, 1].map((share) => quantile(of, share).toFixed(digits))
  return `${middle} (${low} to ${high})`
}
