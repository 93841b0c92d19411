// `npm run bench:model`: the processor time of one model call as the engine makes it, compared with the minimum: the same request
// over `undici`, with its response read whole. No database, no server.
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { collectAnswer, createModelCatalog, type ModelMessage } from '../server/src/models/models.ts'
import { countsNothing } from '../server/src/usage/usage.ts'
import { systemPorts } from '../server/src/base/ports.ts'
import { quantile } from './load.ts'
import { startProgram } from './programs.ts'
import { machine, printRows } from './server.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    calls: { type: 'string', default: '4000' },
    callers: { type: 'string', default: '64' },
  },
})
const [rounds, calls, callers] = [values.rounds, values.calls, values.callers].map(Number) as [number, number, number]

/** As much as a turn sends: instructions and the last 20 items. */
const system = 'You are the support desk of a small shop. Answer in a friendly and brief way. '.repeat(5)
const messages: ModelMessage[] = Array.from({ length: 20 }, (_none, index) => {
  const text = `This is item ${index} of a conversation, which is about as long as people write.`
  return index % 2 === 1 ? { role: 'user', text } : { role: 'assistant', text, tool_calls: [] }
})

await using stub = await startProgram('stub-model.ts')
await using catalog = createModelCatalog(
  { openai: { base_url: `${stub.url}/wait/0/v1`, api_key: 'stub' } },
  { clock: systemPorts.clock, random: Math.random },
)
await using pool = Object.assign(new Pool(stub.url, { connections: callers }), {
  [Symbol.asyncDispose]: () => pool.destroy(),
})
const model = catalog.resolve({ provider: 'openai', model: 'stub' })
const turn = new AbortController()
const contestants = {
  'bare request': async () => {
    const answer = await pool.request({
      method: 'POST',
      path: '/wait/0/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'stub',
        stream: true,
        messages: [{ role: 'system', content: system }, ...messages],
      }),
    })
    await answer.body.text()
  },
  'model call': async () => {
    await collectAnswer(model.stream({ system, messages, tools: [] }, turn.signal, countsNothing))
  },
}

/** Microseconds of this process for each call. */
async function measure(call: () => Promise<void>): Promise<number> {
  let left = calls
  const before = process.cpuUsage()
  const work = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: callers }, work))
  const { user, system: kernel } = process.cpuUsage(before)
  return (user + kernel) / calls
}

printRows([
  ['machine', `${machine.replace(', PostgreSQL beside it', '')}; the model on it`],
  ['load', `${callers} callers, ${rounds} rounds of ${calls} calls each`],
])
const measured = new Map<string, number[]>()
// The first round warms up and is ignored.
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, call] of Object.entries(contestants)) {
    const cpu_us = await measure(call)
    if (round > 0) measured.set(name, [...(measured.get(name) ?? []), cpu_us])
  }
}
for (const [name, cpu_us] of measured) {
  const [low, middle, high] = [0, 0.5, 1].map((share) => quantile(cpu_us, share).toFixed(0))
  printRows([[name, `${middle} (${low} to ${high}) µs of CPU`]])
}
