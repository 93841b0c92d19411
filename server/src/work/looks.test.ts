import { expect, test } from 'vitest'
import { ManualClock } from '../../test/model/manual-clock.ts'
import { createLooks, poll_ms } from './looks.ts'

const settled = () => new Promise(setImmediate)

test('looks regularly, one look at a time, and again at once if there is more', async () => {
  const clock = new ManualClock()
  const looks: PromiseWithResolvers<boolean>[] = []
  const { look, stop } = createLooks(clock, () => {
    const next = Promise.withResolvers<boolean>()
    looks.push(next)
    return next.promise
  })
  look()
  look()
  expect(looks.length).toBe(1)
  looks[0]!.resolve(true)
  await settled()
  expect(looks.length).toBe(2)
  looks[1]!.resolve(false)
  await settled()
  expect([looks.length, clock.count(poll_ms)]).toEqual([2, 1])
  clock.fire(poll_ms, { pass: true })
  expect(looks.length).toBe(3)
  const stopped = stop()
  looks[2]!.resolve(true)
  await stopped
  expect([looks.length, clock.count(poll_ms)]).toEqual([3, 0])
})

test('many calls make one look, and not immediately after another', async () => {
  const clock = new ManualClock()
  let looks = 0
  const { look, call } = createLooks(clock, async () => ((looks += 1), false))
  look()
  await settled()
  for (let n = 0; n < 10; n += 1) call()
  expect(looks).toBe(1)
  expect(clock.fire((ms) => ms <= 100, { pass: true })).toBe(1)
  await settled()
  expect(looks).toBe(2)
})
