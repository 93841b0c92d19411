import { expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import { createKeyQueue, most_waiting_for_key, most_waiting_of_owner } from './key-queue.ts'

/** A clock that the test advances. */
function createClock() {
  let now = 0
  const timers = new Map<number, () => void>()
  return {
    monotonic: () => now,
    after(ms: number, call: () => void) {
      const at = now + ms + timers.size / 1000
      timers.set(at, call)
      return () => void timers.delete(at)
    },
    advance(ms: number) {
      now += ms
      for (const [at, call] of timers) {
        if (at > now + 1) continue
        timers.delete(at)
        call()
      }
    },
    timers,
  }
}

const settled = () => new Promise(setImmediate)
const nameOf = (error: unknown) => (error instanceof AppError ? error.error : error)

/** Calls that end when the test ends them. */
function startCalls() {
  const clock = createClock()
  const queue = createKeyQueue(clock)
  const begun: { name: string; end: () => void; fail: (error: Error) => void }[] = []
  const call = (name: string, key = 'k', owner = 'o') =>
    queue.inTurn({ key, owner }, () => {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      begun.push({ name, end: () => resolve(name), fail: reject })
      return promise
    })
  return { clock, queue, begun, call, names: () => begun.map(({ name }) => name) }
}

test('calls with one key run one after another, oldest first, and others in parallel', async () => {
  const { begun, call, names } = startCalls()
  const first = call('first')
  const rest = [call('second'), call('third')]
  void call('another', 'another key')
  expect(names()).toEqual(['first', 'another'])
  begun[0]!.end()
  expect(await first).toBe('first')
  await settled()
  expect(names()).toEqual(['first', 'another', 'second'])
  begun[2]!.end()
  await settled()
  begun[3]!.end()
  expect(await Promise.all(rest)).toEqual(['second', 'third'])
  void call('fourth')
  expect(names().at(-1)).toBe('fourth')
})

test('after one that fails the next one runs', async () => {
  const { begun, call, names } = startCalls()
  const first = call('first').catch((error: unknown) => error)
  const second = call('second')
  begun[0]!.fail(new Error('no'))
  expect(await first).toEqual(new Error('no'))
  await settled()
  expect(names()).toEqual(['first', 'second'])
  begun[1]!.end()
  expect(await second).toBe('second')
})

test('calls beyond the limit of a key, or of an owner for all keys, are refused', async () => {
  const { call } = startCalls()
  const refusal = (waits: Promise<unknown>) => waits.then(() => 'none', nameOf)
  for (let n = 0; n <= most_waiting_for_key; n += 1) void call(`${n}`)
  expect(await refusal(call('one more'))).toBe('rate_limited')
  for (let keys = 1; keys < most_waiting_of_owner / most_waiting_for_key; keys += 1) {
    for (let n = 0; n <= most_waiting_for_key; n += 1) void call(`${n}`, `key ${keys}`)
  }
  void call('runs', 'the last key')
  expect(await refusal(call('waits', 'the last key'))).toBe('rate_limited')
  void call('runs', 'a key of another', 'another')
  const waiting = call('waits', 'a key of another', 'another')
  expect(await Promise.race([refusal(waiting), settled().then(() => 'waits')])).toBe('waits')
})

test('a call that waits too long is refused, and leaves the queue', async () => {
  const { clock, begun, call, names } = startCalls()
  void call('first')
  const second = call('second').catch(nameOf)
  clock.advance(120_000)
  expect(await second).toBe('unavailable')
  const third = call('third')
  begun[0]!.end()
  await settled()
  expect(names()).toEqual(['first', 'third'])
  begun[1]!.end()
  expect(await third).toBe('third')
  expect(clock.timers.size).toBe(0)
})

test('looks at a transaction elsewhere become less frequent, and end after 30 s', async () => {
  const { clock, queue } = startCalls()
  const pauses: number[] = []
  for (let times = 0; times < 8; times += 1) {
    const paused = queue.pause({ key: 'k', owner: 'o' }, 0, times)
    let ms = 0
    const look = () => Promise.race([paused.then(() => true), settled().then(() => false)])
    while (!(await look())) {
      clock.advance(10)
      ms += 10
    }
    pauses.push(ms)
  }
  expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 500, 500])
  clock.advance(30_000)
  expect(await queue.pause({ key: 'k', owner: 'o' }, 0, 8).catch(nameOf)).toBe('unavailable')
})
