// A conversation's stream, cut off at every nth byte and resumed on another node: it is exactly the log.
import { expect } from 'vitest'
import { type RawOptions, openRaw } from '../support/event-readers.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

export async function expectWholeAfterCuts(step: number): Promise<void> {
  await using server = await startTestServer({ PARLEY_DRAIN_SECONDS: '1' })
  await using other = await server.startAnother()
  const { agent_id } = await publishAgent(server.client, { starting_message: 'Welcome.' })
  const created = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const conversation_id = created.conversation.id
  const raw = (url: string, options: RawOptions = {}) =>
    openRaw(url, conversation_id, { ...options, headers: { authorization: `Bearer ${server.admin_key}` } })

  /** The events that are complete within this many bytes of the stream. */
  async function readBytes(url: string, after: number, count: number): Promise<number[]> {
    const gone = new AbortController()
    const response = await raw(url, { after, signal: gone.signal })
    if (response.status === 204) return []
    let bytes = Buffer.alloc(0)
    try {
      for await (const chunk of response.body!) {
        bytes = Buffer.concat([bytes, chunk])
        if (bytes.length >= count) break
      }
    } finally {
      gone.abort()
    }
    const whole = bytes.subarray(0, count).toString('utf8').split('\n\n').slice(0, -1)
    return whole.flatMap((block) => /^id: (\d+)$/m.exec(block)?.[1] ?? []).map(Number)
  }

  server.model.answer = () => 'Eine Antwort mit ä, 😀 und\nZeilen.'
  for (const text of ['Hello', 'Grüße 😀']) await server.client.sendConversationMessage({ conversation_id, text })
  await server.client.endConversation({ conversation_id })
  const whole = Buffer.from(await (await raw(server.url)).arrayBuffer())
  const expected = await sequencesOf(server, conversation_id)
  const cuts = Array.from({ length: Math.floor(whole.length / step) + 1 }, (_, index) => index * step)
  const cutAgain = async () => {
    for (let cut = cuts.pop(); cut !== undefined; cut = cuts.pop()) {
      const first = await readBytes(server.url, 0, cut)
      const rest = await readBytes(other.url, first.at(-1) ?? 0, Infinity)
      expect([...first, ...rest], `cut at byte ${cut}`).toEqual(expected)
    }
  }
  expect(whole.length).toBeGreaterThan(1000)
  await Promise.all(Array.from({ length: 8 }, cutAgain))
}

async function sequencesOf({ database }: TestServer, conversation_id: string): Promise<number[]> {
  const { rows } = await database.pool.query<{ sequence: number }>(
    'select sequence::integer from events where conversation_id = $1 order by sequence',
    [conversation_id],
  )
  return rows.map(({ sequence }) => sequence)
}
