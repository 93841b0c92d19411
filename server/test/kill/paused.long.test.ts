// T6 with a real process: stopped (SIGSTOP) for longer than its lease, in mid-reply and while it writes the reply. When
// it continues, the work of its successor does not change.
import { expect, test, vi } from 'vitest'
import {
  awaitAttempt,
  byTheSuccessor,
  expectOneReply,
  goOnToTheEnd,
  openStages,
  readAll,
  setStage,
  startTurn,
  stopAt,
} from './paused.ts'

openStages()

test.concurrent('T6: stopped in mid-reply', async () => {
  const text = 'In mid-reply?'
  await using stage = await setStage()
  const { node, conversation_id, held, call } = await startTurn(stage, text)
  await using _ = node
  node.kill('SIGSTOP')
  await awaitAttempt(stage, conversation_id, byTheSuccessor)
  const before = await readAll(stage, conversation_id)
  held.say('that was stopped.')
  held.finish()
  await goOnToTheEnd(node, call)
  expect(await readAll(stage, conversation_id)).toEqual(before)
  await expectOneReply(stage, conversation_id, text)
})

test.concurrent.each(['model.answered', 'result.begun', 'result.locked', 'result.written'])(
  'T6, T7: stopped at %s, for longer than its lease',
  stopAt,
)

test.concurrent('T6: it continues while its successor is still in mid-reply, and its finished reply is refused', async () => {
  const text = 'Both at once?'
  const strike = { point: 'model.answered', nth: 1, signal: 'SIGSTOP' } as const
  await using stage = await setStage()
  const { node, conversation_id, held, second, call } = await startTurn(stage, text, strike, true)
  await using _ = node
  held.finish()
  await second.asked
  await awaitAttempt(stage, conversation_id, { status: 'running', outcome: null, attempts: 2 })
  const { events, transcript_items } = await readAll(stage, conversation_id)
  node.kill('SIGCONT')
  // It writes, and its commit changes nothing.
  await vi.waitFor(() => expect(node.passed.get('result.committed')).toBe(1), { timeout: 60_000 })
  expect(await readAll(stage, conversation_id)).toMatchObject({ events, transcript_items })
  second.say('From the successor.')
  second.finish()
  await awaitAttempt(stage, conversation_id, byTheSuccessor)
  await goOnToTheEnd(node, call)
  await expectOneReply(stage, conversation_id, text)
})
