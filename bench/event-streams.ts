// `npm run bench:streams`: many open event streams on one server and a steady rate of events. Counts what each reader received
// and measures the cost of a stream.
import { readFileSync } from 'node:fs'
import { type IncomingMessage, Agent, get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { describeTimes, machine, printRows, publishAgent, startBenchServer } from './server.ts'

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '5000' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
  },
})
const [streams, rate, seconds] = [values.streams, values.rate, values.seconds].map(Number) as [number, number, number]

/** Events of every new conversation: it was created and started. */
const first_events = 2

interface Reader {
  conversation_id: string
  /** Numbers of the events, in order of arrival. */
  numbers: number[]
  response: IncomingMessage
}

await using server = await startBenchServer({ PARLEY_LIMIT_EVENT_STREAMS_OF_CREDENTIAL: String(streams) })
const { client, url, admin_key } = server
const agent = new Agent({ maxSockets: Infinity })

const sent = new Map<string, number>()
const latencies: number[] = []

const conversations = await createConversations(streams)
const idle_kb = residentMemory()
const startedOpening = performance.now()
const readers = await inBatches(conversations, 50, openReader)
await until('the first events', () => readers.every(({ numbers }) => numbers.length >= first_events))
const opened_ms = performance.now() - startedOpening
await delay(5000)
const open_kb = residentMemory()
const cpu_before = cpuSeconds()
const sending = performance.now()
const written = await sendEvents()
const took = (performance.now() - sending) / 1000
const missing = () =>
  readers.reduce((sum, { numbers, conversation_id }) => sum + expected(conversation_id) - numbers.length, 0)
await until('the last events', () => missing() === 0).catch(() => {})
const cpu = cpuSeconds() - cpu_before
const disordered = readers.filter(({ numbers }) => numbers.some((number, index) => number !== index + 1)).length
for (const { response } of readers) response.destroy()
report()
process.exitCode = missing() === 0 && disordered === 0 ? 0 : 1

async function createConversations(count: number): Promise<string[]> {
  const agent_id = await publishAgent(client)
  const input = { channel: 'text' as const, user_id: 'bench', agent_id }
  return inBatches(
    Array.from({ length: count }),
    16,
    async () => (await client.createConversation(input)).conversation.id,
  )
}

async function inBatches<T, R>(list: readonly T[], width: number, work: (entry: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let from = 0; from < list.length; from += width) {
    results.push(...(await Promise.all(list.slice(from, from + width).map(work))))
  }
  return results
}

function openReader(conversation_id: string): Promise<Reader> {
  const { promise, resolve, reject } = Promise.withResolvers<Reader>()
  const headers = { authorization: `Bearer ${admin_key}` }
  get(`${url}/core/conversations/${conversation_id}/events`, { agent, headers }, (response) => {
    if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`))
    const reader: Reader = { conversation_id, numbers: [], response }
    let rest = ''
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) note(reader, block)
    })
    response.on('error', () => {})
    resolve(reader)
  }).on('error', reject)
  return promise
}

function note(reader: Reader, block: string): void {
  const number = /^id: (\d+)/.exec(block)?.[1]
  if (number === undefined) return
  reader.numbers.push(Number(number))
  const sentAt = sent.get(`${reader.conversation_id} ${number}`)
  if (sentAt !== undefined) latencies.push(performance.now() - sentAt)
}

function expected(conversation_id: string): number {
  return first_events + (written.get(conversation_id) ?? 0)
}

/** Changes the metadata of one conversation after another, which creates one event each. */
async function sendEvents(): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const pending = new Set<Promise<unknown>>()
  const total = rate * seconds
  const startedAt = performance.now()
  for (let index = 0; index < total; index += 1) {
    const due = (index * 1000) / rate - (performance.now() - startedAt)
    if (due > 1) await delay(due)
    const conversation_id = conversations[(index * 7919) % conversations.length]!
    const count = (counts.get(conversation_id) ?? 0) + 1
    counts.set(conversation_id, count)
    // Measured from before the request, so the latency includes the commit.
    sent.set(`${conversation_id} ${first_events + count}`, performance.now())
    const call = client.updateConversation({ conversation_id, custom_metadata: { index } })
    pending.add(call)
    void call.finally(() => pending.delete(call))
  }
  await Promise.all(pending)
  return counts
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`timed out waiting for ${what}`)
    await delay(50)
  }
}

function residentMemory(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))![1])
}

function cpuSeconds(): number {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function report(): void {
  printRows([
    ['machine', machine],
    ['open streams', String(readers.length)],
    ['opened in', `${(opened_ms / 1000).toFixed(1)} s`],
    ['events sent', `${rate * seconds} in ${took.toFixed(1)} s (${((rate * seconds) / took).toFixed(0)} per second)`],
    ['events missing', String(missing())],
    ['streams out of order', String(disordered)],
    ['from request to reader', describeTimes(latencies)],
    ['server memory', `${(idle_kb / 1024).toFixed(0)} MiB before, ${(open_kb / 1024).toFixed(0)} MiB with the streams`],
    ['memory per stream', `${((open_kb - idle_kb) / readers.length).toFixed(1)} KiB`],
    ['server CPU', `${((cpu / took) * 100).toFixed(0)} % of a core, including the requests that create the events`],
  ])
}
