// Each HTTP call to the model fails, once and for as long as a whole model call retries: callers get true answers, each
// message is stored once and finally answered, and repeatable calls are repeated unnoticed.
import { ApiError } from '@parley/sdk'
import { describe, expect, test } from 'vitest'
import { type Answer, type ChatRequest } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'
import { faultsOf } from './faults-of.ts'
import { type Lane, type openLanes } from './lanes.ts'
import { Talk, echo, until, untilServed } from './talk.ts'

export const limit = { timeout: 300_000 }

/** As many requests as one model call makes in all. */
const tries = 3
/** In the scene: the greeting, two messages, the summary. */
export const model_calls = 4

/** One way to fail; `isSeen`: whether the text so far has reached the server's turn. */
type Fail = (isSeen: () => boolean) => Answer

async function* sayAndBreak(text: string, isSeen: () => boolean): AsyncGenerator<string> {
  yield text
  await until('the text to be seen', isSeen)
  throw new Error('cut by the script')
}

async function* sayAndHang(text: string): AsyncGenerator<string> {
  yield text
  await new Promise(() => {})
}

const half = 'Half '

/** Each with whether it precedes the answer's first word, so that the call can be repeated, and the outcome of the turn. */
export const failures: [string, Fail, { isEarly: boolean; outcome: string }][] = [
  ['is answered 500', () => 500, { isEarly: true, outcome: 'model_error' }],
  ['is reset', () => null, { isEarly: true, outcome: 'model_error' }],
  ['is cut before the first word', () => sayAndBreak('', () => true), { isEarly: true, outcome: 'model_error' }],
  [
    'is cut in the middle of the answer',
    (isSeen) => sayAndBreak(half, isSeen),
    { isEarly: false, outcome: 'model_error' },
  ],
  ['hangs until it times out', () => sayAndHang(''), { isEarly: true, outcome: 'timed_out' }],
  ['hangs in the middle of the answer', () => sayAndHang(half), { isEarly: false, outcome: 'timed_out' }],
]

/** In real time the timeout is a tenth of that. */
export const llm = { provider: 'openai', model: 'scripted', timeout_ms: 8000 }

async function publishTalkative({ server }: Lane): Promise<string> {
  const starting_message = { type: 'generated', instructions: 'Say hello.' }
  return (await publishAgent(server.client, { starting_message, llm, analysis: {} })).agent_id
}

/** Fails the nth request from now on and the following ones, `times` in all. */
function failRequests({ server }: Lane, nth: number, times: number, fail: () => Answer) {
  const seen = { requests: 0, failed: 0 }
  server.model.answer = (request: ChatRequest) => {
    seen.requests += 1
    if (seen.requests < nth || seen.failed === times) return echo(request)
    seen.failed += 1
    return fail()
  }
  return seen
}

const isFailed = (error: unknown) => error instanceof ApiError && [502, 504].includes(error.status)

const isAnalyzed =
  ({ client, id }: Talk) =>
  async () =>
    (await client.getConversation({ conversation_id: id })).analysis_status === 'done'

interface Scene {
  talk: Talk
  /** How often a caller was told that the model failed. */
  told: number
  outcomes: string[]
  requests: number
}

/** A conversation from its greeting to its summary. */
async function playScene(lane: Lane, nth: number, times: number, fail: Fail): Promise<Scene> {
  const agent_id = await publishTalkative(lane)
  let talk: Talk | undefined
  // Nothing of a greeting or a summary is seen before it is complete.
  const isSeen = () => talk === undefined || talk.isEnded || talk.textSoFar() === half
  const seen = failRequests(lane, nth, times, () => fail(isSeen))
  let told = 0
  const create = () => lane.server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const created = await untilServed(create, (error) => isFailed(error) && ++told > 0)
  talk = new Talk(lane, created.conversation.id, { mayFail: true })
  const { error } = await talk.send('First')
  if (error !== undefined) told += 1
  await talk.sendRepeatedly('Second')
  told += talk.refusals.length
  await talk.end()
  await until('the summary', isAnalyzed(talk))
  return { talk, told, outcomes: (await talk.turns()).map(({ outcome }) => outcome), requests: seen.requests }
}

/** `calls`: which of the scene's calls of the model fail. */
export function testFailures(onLane: ReturnType<typeof openLanes>, calls: number[]): void {
  describe.concurrent.each(failures)('a call of the model that %s', (_name, fail, { isEarly, outcome }) => {
    test.each(calls)('call %i, once', limit, async (nth) => {
      const { faults, told, outcomes, requests } = await onLane(async (lane) => {
        const scene = await playScene(lane, nth, 1, fail)
        return { ...scene, faults: await faultsOf(scene.talk) }
      })
      expect(faults).toEqual([])
      // A turn that has said something fails at once, and only the second message is sent again.
      const isFirst = !isEarly && nth === 2
      const isSecond = !isEarly && nth === 3
      expect(outcomes).toEqual([isFirst ? outcome : 'reply', ...(isSecond ? [outcome] : []), 'reply'])
      expect(requests).toBe(model_calls + (isFirst ? 0 : 1))
      if (isEarly || nth > 1) expect(told).toBe(isFirst || isSecond ? 1 : 0)
    })

    // In the middle of the answer the summary fails at once; its job would wait longer and longer.
    const last = isEarly ? model_calls : model_calls - 1
    test.each(calls.filter((nth) => nth <= last))('call %i and on', limit, async (nth) => {
      const { faults, told, requests } = await onLane(async (lane) => {
        const scene = await playScene(lane, nth, tries, fail)
        return { ...scene, faults: await faultsOf(scene.talk) }
      })
      expect(faults).toEqual([])
      if (!isEarly) return expect(told).toBeGreaterThanOrEqual(1)
      expect(told).toBe(nth < model_calls ? 1 : 0)
      // The first message is not sent again after its failure.
      expect(requests).toBe(model_calls + tries - (nth === 2 ? 1 : 0))
    })
  })
}
