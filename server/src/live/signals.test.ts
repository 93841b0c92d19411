import { expect, test } from 'vitest'
import type { Clock } from '../base/ports.ts'
import { createSignals, signal, signalsOf } from './signals.ts'

const key = signal('key')
const another_key = signal('another')

/** A clock that the test advances. */
function createManualClock() {
  let now = 0
  const timers = new Set<{ at: number; call: () => void }>()
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after(ms, call) {
      const timer = { at: now + ms, call }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  }
  async function pass(ms: number) {
    now += ms
    for (const timer of timers) {
      if (timer.at <= now && timers.delete(timer)) timer.call()
    }
    await new Promise(setImmediate)
  }
  return { clock, pass, timers }
}

test('a signal wakes the waiter, who looks again', async () => {
  const { clock, timers } = createManualClock()
  const signals = createSignals(clock)
  let value: string | undefined
  const waiting = signals.waitFor(key, 10_000, async () => value)
  await new Promise(setImmediate)
  signals.notify(another_key)
  value = 'here'
  signals.notify(key)
  expect(await waiting).toBe('here')
  expect(timers.size).toBe(0)
})

test('a lost signal costs only time', async () => {
  const { clock, pass } = createManualClock()
  const signals = createSignals(clock)
  let value: string | undefined
  const waiting = signals.waitFor(key, 10_000, async () => value)
  await pass(0)
  value = 'here'
  await pass(500)
  expect(await waiting).toBe('here')
})

test('T10: a wait ends after its time limit', async () => {
  const { clock, pass, timers } = createManualClock()
  const signals = createSignals(clock)
  const waiting = signals.waitFor(key, 700, async () => undefined)
  await pass(0)
  await pass(500)
  await pass(200)
  expect(await waiting).toBeUndefined()
  expect(timers.size).toBe(0)
})

test('a signal between the look and the wait is not missed', async () => {
  const { clock } = createManualClock()
  const signals = createSignals(clock)
  let looks = 0
  const found = await signals.waitFor(key, 10_000, async () => {
    looks += 1
    if (looks === 1) signals.notify(key)
    return looks === 2 ? 'second look' : undefined
  })
  expect(found).toBe('second look')
})

test('closing ends every wait', async () => {
  const { clock } = createManualClock()
  const signals = createSignals(clock)
  const waiting = signals.waitFor(key, 10_000, async () => undefined)
  await new Promise(setImmediate)
  signals.close()
  expect(await waiting).toBeUndefined()
})

test('a name is declared once; each id has a signal of its own', () => {
  expect(() => signal('key')).toThrow('two signals are named key')
  const keyOf = signalsOf('family')
  expect(() => signalsOf('family')).toThrow('two signals are named family')
  expect(new Set([keyOf('a'), keyOf('b'), signal('other'), key]).size).toBe(4)
})
