import { expect, test } from 'vitest'
import { isUnavailable } from './failures.ts'
import { type BatchOptions, batch } from './batch.ts'

/** Answers when the test says so, and records the batches. */
function startAnswering(options: BatchOptions<number>) {
  const asked: number[][] = []
  const gates: PromiseWithResolvers<void>[] = []
  const ask = batch(async (requests: number[]) => {
    asked.push(requests)
    const gate = Promise.withResolvers<void>()
    gates.push(gate)
    await gate.promise
    return requests.map((request) => request * 10)
  }, options)
  const turnOfTheLoop = () => new Promise(setImmediate)
  return { asked, gates, ask, turnOfTheLoop }
}

test('simultaneous calls are answered together, each with its own answer', async () => {
  const { asked, gates, ask, turnOfTheLoop } = startAnswering({ lanes: 1, most: 10 })
  const answers = Promise.all([ask(1), ask(2), ask(3)])
  await turnOfTheLoop()
  expect(asked).toEqual([[1, 2, 3]])
  gates[0]!.resolve()
  expect(await answers).toEqual([10, 20, 30])
})

test('calls that arrive while all lanes are busy wait for the next free one', async () => {
  const { asked, gates, ask, turnOfTheLoop } = startAnswering({ lanes: 2, most: 2 })
  const first = ask(1)
  await turnOfTheLoop()
  const second = ask(2)
  await turnOfTheLoop()
  const rest = [ask(3), ask(4), ask(5)]
  await turnOfTheLoop()
  expect(asked).toEqual([[1], [2]])
  gates[1]!.resolve()
  expect(await second).toBe(20)
  await turnOfTheLoop()
  expect(asked).toEqual([[1], [2], [3, 4]])
  gates[0]!.resolve()
  expect(await first).toBe(10)
  await turnOfTheLoop()
  expect(asked).toEqual([[1], [2], [3, 4], [5]])
  for (const gate of gates) gate.resolve()
  expect(await Promise.all(rest)).toEqual([30, 40, 50])
})

test('a failure affects all calls of a batch, and none after it', async () => {
  let isFailing = true
  const ask = batch(
    async (requests: number[]) => {
      if (isFailing) throw new Error('no')
      return requests
    },
    { lanes: 1, most: 10 },
  )
  expect((await Promise.allSettled([ask(1), ask(2)])).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  isFailing = false
  expect(await ask(3)).toBe(3)
})

test('an answer that takes longer delays no other call', async () => {
  const slow = Promise.withResolvers<string>()
  const ask = batch(
    async (requests: string[]) => requests.map((request) => (request === 'slow' ? slow.promise : request)),
    { lanes: 1, most: 10 },
  )
  const answer = ask('slow')
  expect(await ask('quick')).toBe('quick')
  expect(await ask('another')).toBe('another')
  slow.resolve('at last')
  expect(await answer).toBe('at last')
})

test('a call that waits too long for a lane is refused, and is not sent', async () => {
  const { asked, gates, ask, turnOfTheLoop } = startAnswering({ lanes: 1, most: 10, wait_ms: 20 })
  const first = ask(1)
  await turnOfTheLoop()
  const tooLate = await Promise.allSettled([ask(2), ask(3)])
  expect(tooLate.map((outcome) => outcome.status === 'rejected' && isUnavailable(outcome.reason))).toEqual([true, true])
  gates[0]!.resolve()
  expect(await first).toBe(10)
  const next = ask(4)
  await turnOfTheLoop()
  gates[1]!.resolve()
  expect(await next).toBe(40)
  expect(asked).toEqual([[1], [4]])
})

test('one lane is reserved for small requests, however many large ones wait', async () => {
  const { asked, gates, ask, turnOfTheLoop } = startAnswering({
    ...{ lanes: 2, most: 10, ownerOf: (n: number) => (n < 100 ? 'small' : 'large') },
    ...{ sizeOf: (n: number) => n, large_size: 100, most_size: 200 },
  })
  const large = [ask(200), ask(201)]
  await turnOfTheLoop()
  await turnOfTheLoop()
  expect(asked).toEqual([[200]])
  const small = ask(1)
  await turnOfTheLoop()
  expect(asked).toEqual([[200], [1]])
  gates[1]!.resolve()
  expect(await small).toBe(10)
  gates[0]!.resolve()
  expect(await large[0]).toBe(2000)
  await turnOfTheLoop()
  expect(asked).toEqual([[200], [1], [201]])
  gates[2]!.resolve()
  expect(await large[1]).toBe(2010)
})

test('a call beyond the limit of waiting requests is refused at once', async () => {
  const { asked, gates, ask, turnOfTheLoop } = startAnswering({ lanes: 1, most: 10, most_waiting: 2 })
  const first = ask(1)
  await turnOfTheLoop()
  const outcomes = Promise.allSettled([ask(2), ask(3), ask(4)])
  await turnOfTheLoop()
  gates[0]!.resolve()
  expect(await first).toBe(10)
  await turnOfTheLoop()
  gates[1]!.resolve()
  expect((await outcomes).map((outcome) => outcome.status === 'rejected' && isUnavailable(outcome.reason))).toEqual([
    false,
    false,
    true,
  ])
  expect(asked).toEqual([[1], [2, 3]])
})
