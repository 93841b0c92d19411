// Holds conversations at once and says how long replies take: what your server, your database and your model manage together.
import { parseArgs } from 'node:util'
import { type Client, createClient, isApiError } from '@parley/sdk'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { conversations: { type: 'string', default: '20' }, messages: { type: 'string', default: '5' } },
})
const [agent_id] = positionals
const token = process.env['PARLEY_API_KEY']
if (!agent_id || !token)
  throw new Error(
    'Usage: PARLEY_API_KEY=ak_… npx node examples/load/load.ts AGENT_ID [--conversations 20] [--messages 5]',
  )

const client = createClient({ base_url: process.env['PARLEY_URL'] ?? 'http://127.0.0.1:8080', token })
const [conversations, messages] = [Number(values.conversations), Number(values.messages)]
const first_text_ms: number[] = []
const whole_ms: number[] = []
const faults = new Map<string, number>()

async function converse(client: Client, agent_id: string, number: number): Promise<void> {
  const { conversation } = await client.createConversation({ channel: 'text', user_id: `load-${number}`, agent_id })
  const conversation_id = conversation.id
  for (let count = 0; count < messages; count += 1) await talk(client, conversation_id, count)
  await client.endConversation({ conversation_id })
}

async function talk(client: Client, conversation_id: string, count: number): Promise<void> {
  const start = performance.now()
  let isFirst = true
  for await (const { event, data } of client.streamConversationMessage({
    conversation_id,
    text: `Question ${count}?`,
  })) {
    if (event === 'message.delta' && isFirst) first_text_ms.push(performance.now() - start)
    if (event === 'message.delta') isFirst = false
    if (event === 'turn.completed') whole_ms.push(performance.now() - start)
    if (event === 'turn.failed' || event === 'turn.cancelled') note(data.code ?? event)
  }
}

function note(fault: string): void {
  faults.set(fault, (faults.get(fault) ?? 0) + 1)
}

const start = performance.now()
const numbers = Array.from({ length: conversations }, (_, number) => number)
await Promise.all(
  numbers.map((number) =>
    converse(client, agent_id, number).catch((error: unknown) => note(isApiError(error) ? error.code : String(error))),
  ),
)
const seconds = (performance.now() - start) / 1000

const shareOf = (list: number[], share: number) =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length * share)] ?? NaN
const describe = (list: number[]) =>
  `median ${shareOf(list, 0.5).toFixed(0)} ms, 95 % below ${shareOf(list, 0.95).toFixed(0)} ms`
console.log(`${whole_ms.length} of ${conversations * messages} replies in ${seconds.toFixed(1)} s`)
console.log(`first text: ${describe(first_text_ms)}`)
console.log(`whole reply: ${describe(whole_ms)}`)
for (const [fault, count] of faults) console.log(`${fault}: ${count}`)
process.exitCode = faults.size > 0 ? 1 : 0
