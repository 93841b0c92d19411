import { expect, test } from 'vitest'
import { createSpanQueue } from './span-queue.ts'

function start(most?: number) {
  const sent: number[][] = []
  const timers: (() => void)[] = []
  let dropped = 0
  let gate = Promise.resolve()
  let fails = false
  const queue = createSpanQueue<number>({
    clock: {
      after(_ms, call) {
        timers.push(call)
        return () => void timers.splice(timers.indexOf(call), 1)
      },
    },
    async send(spans) {
      await gate
      if (fails) throw new Error('no collector')
      sent.push(spans)
    },
    onDropped: (count) => void (dropped += count),
    ...(most === undefined ? {} : { most }),
  })
  const addMany = (count: number) => Array.from({ length: count }, (_none, n) => queue.add(n))
  return {
    ...{ queue, sent, timers, addMany },
    dropped: () => dropped,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return resolve
    },
    fail: () => (fails = true),
  }
}

test('spans are sent together after a while, or when there are many', async () => {
  const { queue, sent, timers, addMany } = start()
  addMany(3)
  expect(timers).toHaveLength(1)
  timers[0]!()
  await queue.flush()
  expect(sent.map(({ length }) => length)).toEqual([3])
  addMany(512)
  await queue.flush()
  expect(sent.map(({ length }) => length)).toEqual([3, 512])
  expect(timers).toEqual([])
})

test('2,048 wait while the collector does not answer, and the rest is dropped and counted', async () => {
  const { queue, sent, addMany, dropped, hold } = start()
  const release = hold()
  addMany(3000)
  expect(dropped()).toBe(3000 - 2048)
  release()
  await queue.flush()
  expect(sent.map(({ length }) => length)).toEqual([512, 512, 512, 512])
})

test('what cannot be sent is dropped and counted, and later spans are sent', async () => {
  const { queue, sent, addMany, dropped, fail } = start()
  fail()
  addMany(5)
  await queue.flush()
  expect([sent, dropped()]).toEqual([[], 5])
  addMany(2)
  await queue.flush()
  expect(dropped()).toBe(7)
})

test('a span that ends in whichever moment after a part was sent is not forgotten', async () => {
  for (let moments = 0; moments < 20; moments += 1) {
    const { queue, sent, timers, addMany, hold } = start()
    const release = hold()
    addMany(1)
    const flushed = queue.flush()
    release()
    for (let n = 0; n < moments; n += 1) await Promise.resolve()
    queue.add(7)
    await flushed
    expect([moments, sent.flat().includes(7) || timers.length === 1]).toEqual([moments, true])
  }
})

test('after its end nothing waits any more', async () => {
  const { queue, sent, timers, addMany, dropped } = start()
  addMany(2)
  await queue.close()
  addMany(3)
  expect([sent.flat().length, dropped(), timers.length]).toEqual([2, 3, 0])
})
