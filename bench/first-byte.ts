// `npm run bench:first-byte`: the time from the model's first word until it reaches the reader of a stream, with many streams at once.
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startScriptedModel } from '../server/test/support/scripted-model.ts'
import { describeTimes, machine, printRows, publishAgent, startBenchServer } from './server.ts'

const { values } = parseArgs({
  options: { streams: { type: 'string', default: '64' }, turns: { type: 'string', default: '20' } },
})
const [streams, turns] = [values.streams, values.turns].map(Number) as [number, number]

/** The model's delay before its first word and between words, like that of a fast one. */
const thinking_ms = 300
const word_ms = 20
const words = 20

await using model = await startScriptedModel()
await using server = await startBenchServer({
  OPENAI_BASE_URL: model.base_url,
  PARLEY_DEFAULT_MODEL: 'openai/scripted',
})
const agent_id = await publishAgent(server.client)
const saidAt = new Map<string, number>()
const first: number[] = []
const later: number[] = []

model.answer = ({ messages }) => speak(messages.at(-1)!.content)

async function* speak(text: string): AsyncGenerator<string> {
  await delay(thinking_ms * (0.5 + Math.random()))
  for (let word = 0; word < words; word += 1) {
    saidAt.set(`${text} ${word}`, performance.now())
    yield `${word} `
    await delay(word_ms * (0.5 + Math.random()))
  }
}

async function talk(index: number): Promise<void> {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'bench', agent_id })
  for (let turn = 0; turn < turns; turn += 1) {
    const text = `${index}.${turn}`
    const message = { conversation_id: conversation.id, text }
    for await (const event of server.client.streamConversationMessage(message)) {
      const now = performance.now()
      if (event.event === 'turn.failed') throw new Error(event.data.detail)
      if (event.event !== 'message.delta') continue
      for (const word of event.data.text.trim().split(' ')) {
        const waited = now - saidAt.get(`${text} ${word}`)!
        if (word === '0') first.push(waited)
        else later.push(waited)
      }
    }
  }
}

await Promise.all(Array.from({ length: streams }, (_none, index) => talk(index)))
printRows([
  ['machine', `${machine}; model, server and reader on it`],
  ['streams at once', `${streams}, ${turns} turns each, ${words} words per turn`],
  ['first word', describeTimes(first)],
  ['later words', describeTimes(later)],
])
