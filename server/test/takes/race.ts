// Takes at once: so many people on two nodes want each conversation, some while its agent speaks. One has it, and the others are told who.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeEnvironment } from '../kill/child.ts'
import { startScriptedModel } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'
import { clientOf, untilAnswered } from './calls.ts'
import { startNodes } from './nodes.ts'
import type { Answer } from './records.ts'

export interface RaceOptions {
  connection_string: string
  conversations: number
  people: number
  onProgress?: (done: number) => void
}

export interface RaceReport {
  conversations: number
  won: number
  refused: number
  /** Of the takes that won, in milliseconds. */
  p50_ms: number
  p99_ms: number
  violations: string[]
}

const at_once = 2

export async function raceTakes(options: RaceOptions): Promise<RaceReport> {
  await using stack = new AsyncDisposableStack()
  const model = stack.use(await startScriptedModel())
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-takes-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const { nodes } = stack.use(await startNodes(nodeEnvironment(options.connection_string, model.base_url, data_dir)))
  const urls = nodes.map(({ url }) => url)
  const { agent_id } = await publishAgent(clientOf(urls[0]!))
  const violations: string[] = []
  const times: number[] = []
  const counts = { done: 0, won: 0, refused: 0 }
  const left = Array.from({ length: options.conversations }, (_none, index) => index)

  const raceOne = async (index: number) => {
    const client = clientOf(urls[index % 2]!)
    const { conversation } = await client.createConversation({ channel: 'text', user_id: `u${index}`, agent_id })
    const conversation_id = conversation.id
    const isSpeaking = index % 2 === 0
    const said = isSpeaking
      ? untilAnswered([], urls, (at) => at.sendConversationMessage({ conversation_id, text: 'Hi' }))
      : null
    const takes = Array.from({ length: options.people }, async (_none, person) => {
      const answers: Answer[] = []
      const external = { id: `p${person}`, name: `Person ${person}` }
      const input = { conversation_id, external, idempotency_key: randomUUID() }
      const began = performance.now()
      await untilAnswered(answers, [urls[person % 2]!], (at) => at.takeConversation(input))
      return { id: external.id, answer: answers.at(-1)!, took_ms: performance.now() - began }
    })
    const all = await Promise.all(takes)
    await said
    const won = all.filter(({ answer }) => answer.kind === 'answer' && answer.status === 200)
    const refused = all.filter(({ answer }) => answer.kind === 'answer' && answer.code === 'conversation_taken')
    const isTold = refused.every(({ answer }) => answer.kind === 'answer' && answer.assignee === won[0]?.id)
    if (won.length !== 1 || refused.length !== options.people - 1 || !isTold)
      violations.push(`${conversation_id}: ${JSON.stringify(all)}`)
    times.push(...won.map(({ took_ms }) => took_ms))
    counts.won += won.length
    counts.refused += refused.length
    counts.done += 1
    options.onProgress?.(counts.done)
  }
  const lane = async () => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) await raceOne(index)
  }
  await Promise.all(Array.from({ length: at_once }, lane))
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number) => Math.round(sorted[Math.floor(sorted.length * part)] ?? 0)
  const { won, refused } = counts
  return { conversations: counts.done, won, refused, p50_ms: at(0.5), p99_ms: at(0.99), violations }
}
