import { describe, expect, test } from 'vitest'
import { createManualClock } from './peers.ts'
import { NoTurn, createShares } from './shares.ts'

const bounds = { at_once: 4, at_once_of_owner: 2, waiting_of_owner: 3, wait_ms: 1000 }

/** Work that goes on until the test ends it. */
function startWork(clock = createManualClock()) {
  const takeTurn = createShares(bounds, clock)
  const running: { name: string; end(): void }[] = []
  const signal = new AbortController().signal
  const begin = (owner: string, name: string, given = signal) =>
    takeTurn(owner, given, () => {
      const { promise, resolve } = Promise.withResolvers<string>()
      running.push({ name, end: () => resolve(name) })
      return promise
    })
  const end = async (name: string) => {
    const at = running.findIndex((work) => work.name === name)
    running.splice(at, 1)[0]!.end()
    await new Promise(setImmediate)
  }
  return { begin, end, clock, names: () => running.map(({ name }) => name) }
}

describe('shares', () => {
  test('an owner has no more than its own, and leaves the rest to others', async () => {
    const { begin, end, names } = startWork()
    const loud = ['a', 'b', 'c'].map((name) => begin('loud', name))
    const quiet = begin('quiet', 'q')
    expect(names()).toEqual(['a', 'b', 'q'])
    await end('a')
    expect(names()).toEqual(['b', 'q', 'c'])
    for (const name of ['b', 'c', 'q']) await end(name)
    expect(await Promise.all([...loud, quiet])).toEqual(['a', 'b', 'c', 'q'])
  })

  test('owners who wait are served in turn, each in its own order', async () => {
    const { begin, end, names } = startWork()
    for (const name of ['a1', 'a2']) void begin('a', name)
    for (const name of ['b1', 'b2', 'b3', 'b4']) void begin('b', name)
    for (const name of ['a3', 'a4']) void begin('a', name)
    for (const name of ['c1', 'c2']) void begin('c', name)
    for (const name of ['a1', 'a2', 'b1', 'b2']) await end(name)
    expect(names()).toEqual(['a3', 'c1', 'b3', 'a4'])
  })

  test('too many that wait are refused, those of another owner not', async () => {
    const { begin, end, names } = startWork()
    for (const name of ['a', 'b', 'c', 'd', 'e']) void begin('loud', name)
    await expect(begin('loud', 'f')).rejects.toThrow(NoTurn)
    void begin('quiet', 'q')
    expect(names()).toEqual(['a', 'b', 'q'])
    await end('a')
    void begin('loud', 'g')
    for (const name of ['b', 'c', 'd', 'e']) await end(name)
    expect(names()).toEqual(['q', 'g'])
  })

  test('one that waits too long is refused, and its place goes to the next', async () => {
    const { begin, end, names, clock } = startWork()
    for (const name of ['a', 'b']) void begin('loud', name)
    const late = begin('loud', 'c')
    clock.fire()
    await expect(late).rejects.toThrow(NoTurn)
    void begin('loud', 'd')
    await end('a')
    expect(names()).toEqual(['b', 'd'])
    expect(clock.waiting.size).toBe(0)
  })

  test('one that is given up leaves the queue', async () => {
    const { begin, end, names } = startWork()
    for (const name of ['a', 'b']) void begin('loud', name)
    const caller = new AbortController()
    const given_up = begin('loud', 'c', caller.signal)
    caller.abort(new Error('given up'))
    await expect(given_up).rejects.toThrow('given up')
    await expect(begin('loud', 'd', caller.signal)).rejects.toThrow('given up')
    await end('a')
    expect(names()).toEqual(['b'])
  })

  test('work that fails gives its place back', async () => {
    const takeTurn = createShares({ ...bounds, at_once: 1 }, createManualClock())
    const { signal } = new AbortController()
    for (let n = 0; n < 3; n += 1) {
      await expect(takeTurn('a', signal, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
      await expect(
        takeTurn('b', signal, () => {
          throw new Error('broken at once')
        }),
      ).rejects.toThrow('broken at once')
    }
    expect(await takeTurn('a', signal, async () => 'done')).toBe('done')
  })
})
