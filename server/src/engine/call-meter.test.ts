import { expect, test } from 'vitest'
import type { CountedCall } from '../usage/usage.ts'
import { CallMeter } from './call-meter.ts'

const called = { model: 'openai/some', most_ms: 1000, countCharacters: () => 40 }

function setUp(left: CountedCall[] = []) {
  const settled: string[][] = []
  let ids = 0
  const ports = {
    clock: { now: () => 0, monotonic: () => 0, after: () => () => {} },
    newId: () => `call-${(ids += 1)}`,
  }
  const settle = async (calls: CountedCall[]) => void settled.push(calls.map(({ id }) => id))
  return { settled, meter: new CallMeter({ ports, turn_id: 'turn-1', admit: async () => {}, settle }, left) }
}

test('P3: what was made in vain is counted before the next call, and what a commit counted is not', async () => {
  const { meter, settled } = setUp()
  await (await meter.begin(called)).end({ how: 'failed', is_refused: true })
  await (await meter.begin(called)).end({ how: 'answered', reported: null })
  expect(settled).toEqual([['call-1']])
  expect(meter.over).toMatchObject([{ id: 'call-2', outcome: 'ok', input_tokens: 10, estimated: true }])
  meter.forget(meter.over)
  await meter.begin(called)
  expect(settled).toHaveLength(1)
})

test('P3: a call under way is interrupted for the commit that takes the turn, with one id, also for the attempt that goes on', async () => {
  const { meter } = setUp()
  const call = await meter.begin(called)
  call.heard = 8
  expect(meter.over).toEqual([])
  expect(meter.all).toMatchObject([{ id: 'call-1', outcome: 'interrupted', output_tokens: 2 }])
  await call.end({ how: 'interrupted' })
  const again = setUp(meter.over)
  await again.meter.begin(called)
  expect(again.settled).toEqual([['call-1']])
})

test('a call that was not made is not counted', async () => {
  const { meter } = setUp()
  await (await meter.begin(called)).end({ how: 'not_made' })
  expect(meter.all).toEqual([])
})
