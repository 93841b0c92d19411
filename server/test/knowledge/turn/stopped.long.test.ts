// K11 at each pause point of a turn: it is cancelled there, or its attempt is lost and another one takes the turn over. What the records
// say was shown is what the requests of the attempt had that wrote the turn.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Answer } from '../../support/scripted-model.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { compare, plantMarked } from './compare.ts'
import { converse, loseTurn } from './fixture.ts'

let server: TestServer
let atPoint: (point: string) => void | Promise<void> = () => {}
beforeAll(async () => {
  server = await startTestServer({}, { ports: { reached: (point) => atPoint(point) } })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  server.model.requests.length = 0
})

const search = (query: string) => ({ name: 'search_knowledge', arguments: { query } })

const outside = ['attempt.started', 'model.answered', 'tool.asked', 'tool.answered']
const within = ['step', 'tool_result', 'result'].flatMap((change) =>
  ['begun', 'locked', 'written', 'committed'].map((stage) => `${change}.${stage}`),
)

/** The first time that it is reached, or the second. */
function holdAt(wanted: string, time: number) {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let times = 0
  atPoint = (point) => {
    if (point !== wanted || (times += 1) !== time) return
    reached.resolve()
    return released.promise
  }
  return { reached: reached.promise, release: released.resolve }
}

async function begin() {
  const planted = await plantMarked(server, 3, 100)
  const { conversation_id } = await converse(server, {
    knowledge_bases: [{ dataset_id: planted.dataset_id, top_n: 1 }],
    built_in_tools: { search_knowledge: { enabled: true } },
  })
  const answers: Answer[] = [{ tool_calls: [search('markb')] }, { tool_calls: [search('markc')] }]
  server.model.answer = () => answers.shift() ?? 'Done.'
  return { planted, conversation_id }
}

const places = [...outside, ...within].flatMap((point) => [1, 2].map((time) => [point, time] as const))
test.each(places)('is cancelled at %s, time %i', async (point, time) => {
  const { planted, conversation_id } = await begin()
  const held = holdAt(point, time)
  const call = server.client.sendConversationMessage({ conversation_id, text: 'marka' }).catch(() => null)
  const isReached = await Promise.race([held.reached.then(() => true), call.then(() => false)])
  const [turn] = (await server.client.listConversationTurns({ conversation_id })).data
  const cancel = server.client.cancelTurn({ conversation_id, turn_id: turn!.turn_id }).catch(() => null)
  // Under the lock it waits for the release.
  if (isReached && !/locked|written/.test(point)) await cancel
  held.release()
  await Promise.all([call, cancel])
  const { recorded, shown } = await compare(server, conversation_id, planted)
  expect(recorded).toEqual(shown)
})

const before_the_end = places.filter(([point]) => !/locked|written|result.committed$/.test(point))
test.each([...before_the_end, ['tool_result.committed', 1], ['tool_result.committed', 2]] as const)(
  'is taken over at %s, time %i',
  async (point, time) => {
    const { planted, conversation_id } = await begin()
    const held = holdAt(point, time)
    const call = server.client.sendConversationMessage({ conversation_id, text: 'marka' })
    const isReached = await Promise.race([held.reached.then(() => true), call.then(() => false)])
    const asked = server.model.requests.length
    if (isReached) await loseTurn(server, conversation_id)
    // The attempt that is lost goes on once the other one has the turn.
    const attempts = async () => (await server.client.listConversationTurns({ conversation_id })).data[0]!.attempts
    await expect.poll(attempts).toBe(isReached ? 2 : 1)
    held.release()
    expect((await call).reply).toBe('Done.')
    const requests = server.model.requests.slice(isReached ? asked : 0)
    const { recorded, shown, retrievals } = await compare(server, conversation_id, planted, requests)
    expect(recorded).toEqual(shown)
    // Each call has searched once for the record, however often it was made.
    const calls = retrievals.map(({ call_id }) => call_id)
    expect(new Set(calls).size).toBe(calls.length)
  },
)
