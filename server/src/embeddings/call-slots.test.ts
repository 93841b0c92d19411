import { expect, test } from 'vitest'
import { CallSlots } from './call-slots.ts'

const never = new AbortController().signal
const settled = () => new Promise(setImmediate)

/** Runs that end when the test says so, as the owners that hold a place. */
function hold(slots: CallSlots) {
  const running: { owner: string; end: () => void }[] = []
  const enter = (owner: string, signal = never) =>
    slots.within(owner, signal, async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      running.push({ owner, end: resolve })
      await promise
    })
  const end = async (owner: string) => {
    running
      .splice(
        running.findIndex((one) => one.owner === owner),
        1,
      )[0]!
      .end()
    await settled()
  }
  return {
    enter,
    end,
    holders: () =>
      running
        .map(({ owner }) => owner)
        .toSorted()
        .join(''),
  }
}

test('one owner alone has all places, and no more', async () => {
  const { enter, holders } = hold(new CallSlots(4))
  for (let call = 0; call < 6; call += 1) void enter('a')
  await settled()
  expect(holders()).toBe('aaaa')
})

test('while another waits, an owner gets at most half', async () => {
  const { enter, end, holders } = hold(new CallSlots(4))
  for (let call = 0; call < 8; call += 1) void enter('a')
  for (let call = 0; call < 3; call += 1) void enter('b')
  await settled()
  expect(holders()).toBe('aaaa')
  await end('a')
  expect(holders()).toBe('aaab')
  await end('a')
  expect(holders()).toBe('aabb')
  await end('b')
  expect(holders()).toBe('aabb')
  await end('a')
  // Nobody else waits: the rest is free for anyone who asks.
  expect(holders()).toBe('aabb')
  await end('b')
  expect(holders()).toBe('aaab')
})

test('who gives up waiting leaves its turn to the others', async () => {
  const { enter, end, holders } = hold(new CallSlots(1))
  void enter('a')
  const stop = new AbortController()
  const given_up = enter('b', stop.signal)
  void enter('c')
  stop.abort(new Error('cancelled'))
  await expect(given_up).rejects.toThrow('cancelled')
  await end('a')
  expect(holders()).toBe('c')
})

test('a failure gives its place back', async () => {
  const slots = new CallSlots(1)
  await expect(slots.within('a', never, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  expect(await slots.within('b', never, async () => 'ran')).toBe('ran')
})
