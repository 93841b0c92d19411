import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isUnavailable } from '../database/failures.ts'
import { type FairShare, ShareExhausted, createFairShare } from './fair-share.ts'
import { createManualClock } from '../../test/outbound/peers.ts'

const roomy = { clock: createManualClock(), places: 8, most_waiting: 1000, wait_ms: 10_000 }

/** Enters, and records when it gets a place. */
function startEntering(share: FairShare) {
  const got: string[] = []
  const enter = (owner: string, name = owner) => {
    const turn = share.enter(owner)
    if (turn === null) got.push(name)
    else void turn.then(() => got.push(name))
  }
  return { got, enter }
}

const settled = () => new Promise(setImmediate)

test('a single owner gets half of the places, or the only one', () => {
  for (const [places, most] of [
    [1, 1],
    [2, 1],
    [3, 2],
    [8, 4],
    [15, 8],
  ] as const) {
    const { got, enter } = startEntering(createFairShare({ ...roomy, places }))
    for (let n = 0; n < 20; n += 1) enter('loud')
    expect(got).toHaveLength(most)
  }
})

test('an owner holds at most its limit, however many are free, and leaves the rest to others', async () => {
  const share = createFairShare({ ...roomy, most_held: 2 })
  const { got, enter } = startEntering(share)
  for (const name of ['a0', 'a1', 'a2', 'b0', 'b1', 'b2']) enter(name[0]!, name)
  expect(got).toEqual(['a0', 'a1', 'b0', 'b1'])
  share.leave('b')
  await settled()
  expect(got.slice(4)).toEqual(['b2'])
  share.leave('a')
  await settled()
  expect(got.slice(5)).toEqual(['a2'])
})

test('an owner without a place gets one at once, beside two that want all of them', () => {
  const { got, enter } = startEntering(createFairShare(roomy))
  for (let n = 0; n < 100; n += 1) {
    enter('loud')
    enter('louder')
  }
  enter('quiet')
  expect(got.at(-1)).toBe('quiet')
})

test('waiting owners take turns, oldest use first within an owner', async () => {
  const share = createFairShare({ ...roomy, places: 1 })
  const { got, enter } = startEntering(share)
  for (const name of ['a0', 'a1', 'a2', 'b0', 'b1', 'c0']) enter(name[0]!, name)
  for (const owner of ['a', 'a', 'b', 'c', 'a']) {
    share.leave(owner)
    await settled()
  }
  expect(got).toEqual(['a0', 'a1', 'b0', 'c0', 'a2', 'b1'])
})

test('an owner at its limit is skipped and keeps its turn', async () => {
  const share = createFairShare({ ...roomy, places: 6, most_held: 2 })
  const { got, enter } = startEntering(share)
  for (const name of ['a1', 'a2', 'b1', 'b2', 'b3', 'b4', 'a3', 'a4', 'c1', 'c2']) enter(name[0]!, name)
  expect(got.splice(0)).toEqual(['a1', 'a2', 'b1', 'b2', 'c1'])
  for (const owner of ['a', 'a', 'b', 'b']) {
    share.leave(owner)
    await settled()
  }
  expect(got).toEqual(['a3', 'c2', 'b3', 'a4'])
})

test('only an owner with a full queue is refused, until one of its uses is served', async () => {
  const share = createFairShare({ ...roomy, places: 2, most_waiting: 3 })
  const { got, enter } = startEntering(share)
  for (let n = 0; n < 4; n += 1) enter('loud')
  expect(() => share.enter('loud')).toThrow(ShareExhausted)
  enter('quiet')
  expect(got).toEqual(['loud', 'quiet'])
  share.leave('quiet')
  await settled()
  expect(got).toEqual(['loud', 'quiet'])
  share.leave('loud')
  await settled()
  expect(got).toEqual(['loud', 'quiet', 'loud'])
  enter('loud')
  expect(() => share.enter('loud')).toThrow(ShareExhausted)
})

test('a use that waits too long is refused and holds nothing', async () => {
  const clock = createManualClock()
  const share = createFairShare({ ...roomy, clock, places: 1 })
  share.enter('a')
  const refused = share.enter('b')!.catch((error: unknown) => error)
  clock.fire()
  expect(await refused).toBeInstanceOf(ShareExhausted)
  expect(isUnavailable(await refused)).toBe(true)
  const next = share.enter('b')
  share.leave('a')
  await next
  share.leave('b')
  expect(share.enter('c')).toBeNull()
  expect(clock.waiting.size).toBe(0)
})

test('an aborted use leaves the queue at once, and one aborted earlier never enters', async () => {
  const clock = createManualClock()
  const share = createFairShare({ ...roomy, clock, places: 1, most_waiting: 2 })
  const { got, enter } = startEntering(share)
  enter('a')
  const caller = new AbortController()
  const given_up = share.enter('b', caller.signal)!
  enter('b', 'next')
  expect(() => share.enter('b')).toThrow(ShareExhausted)
  const reason = new Error('aborted')
  caller.abort(reason)
  enter('b', 'last')
  await expect(given_up).rejects.toBe(reason)
  expect(() => share.enter('c', caller.signal)).toThrow(reason)
  for (const owner of ['a', 'b', 'b']) {
    share.leave(owner)
    await settled()
  }
  expect(got).toEqual(['a', 'next', 'last'])
  expect(share.enter('c')).toBeNull()
  expect(clock.waiting.size).toBe(0)
})

test('an aborted signal does not affect a use that has its place, or those that wait behind it', async () => {
  const share = createFairShare({ ...roomy, places: 1 })
  const { got, enter } = startEntering(share)
  enter('a')
  const caller = new AbortController()
  const turn = share.enter('b', caller.signal)
  enter('b', 'next')
  share.leave('a')
  caller.abort(new Error('aborted'))
  await turn
  expect(got).toEqual(['a'])
  share.leave('b')
  await settled()
  expect(got).toEqual(['a', 'next'])
})

test('work returns its place however it ends', async () => {
  const share = createFairShare({ ...roomy, places: 1 })
  const { promise: held, resolve: end } = Promise.withResolvers<string>()
  const first = share.within('a', () => held)
  const second = share.within('b', async () => 'second')
  end('first')
  expect(await Promise.all([first, second])).toEqual(['first', 'second'])
  for (let n = 0; n < 3; n += 1) {
    await expect(share.within('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    await expect(
      share.within('b', () => {
        throw new Error('broken at once')
      }),
    ).rejects.toThrow('broken at once')
  }
  expect(await share.within('a', async () => 'done')).toBe('done')
})

test('refused or aborted work does not start', async () => {
  const clock = createManualClock()
  const share = createFairShare({ ...roomy, clock, places: 1, most_waiting: 1 })
  share.enter('a')
  const begun: string[] = []
  const begin = (name: string, signal?: AbortSignal) => share.within('b', async () => void begun.push(name), signal)
  const caller = new AbortController()
  const given_up = begin('aborted', caller.signal)
  await expect(begin('too many')).rejects.toThrow(ShareExhausted)
  caller.abort(new Error('aborted'))
  await expect(given_up).rejects.toThrow('aborted')
  await expect(begin('aborted earlier', caller.signal)).rejects.toThrow('aborted')
  const late = begin('late')
  clock.fire()
  await expect(late).rejects.toThrow(ShareExhausted)
  share.leave('a')
  await begin('served')
  expect(begun).toEqual(['served'])
})

test('in any order of uses, the number of places is constant, no use waits for a place it could have, and none is lost', async () => {
  const step = fc.record({ owner: fc.constantFrom('a', 'b', 'c', 'd'), enters: fc.boolean() })
  const count = fc.integer({ min: 1, max: 9 })
  await fc.assert(
    fc.asyncProperty(count, count, fc.array(step, { maxLength: 120 }), async (places, most_held, steps) => {
      const share = createFairShare({ ...roomy, places, most_held })
      const held = new Map<string, number>()
      const waiting: string[] = []
      const heldBy = (owner: string) => held.get(owner) ?? 0
      const free = () => places - [...held.values()].reduce((sum, count) => sum + count, 0)
      const mayTake = (owner: string) => heldBy(owner) < Math.min(free(), most_held)
      const take = (owner: string) => void held.set(owner, heldBy(owner) + 1)
      const noteTurn = async (turn: Promise<void>, owner: string) => {
        await turn
        waiting.splice(waiting.indexOf(owner), 1)
        take(owner)
      }
      for (const { owner, enters } of steps) {
        if (enters) {
          const couldTake = mayTake(owner)
          const turn = share.enter(owner)
          expect(turn === null).toBe(couldTake && !waiting.includes(owner))
          if (turn === null) take(owner)
          else {
            waiting.push(owner)
            void noteTurn(turn, owner)
          }
        } else if (heldBy(owner) > 0) {
          held.set(owner, heldBy(owner) - 1)
          share.leave(owner)
          await settled()
        }
        expect(free()).toBeGreaterThanOrEqual(0)
        expect(waiting.filter(mayTake)).toEqual([])
      }
      // Once all have left, all that waited have had their turn.
      for (let left = 1000; left > 0 && (waiting.length > 0 || free() < places); left -= 1) {
        const owner = [...held].find(([, count]) => count > 0)![0]
        held.set(owner, heldBy(owner) - 1)
        share.leave(owner)
        await settled()
      }
      expect(waiting).toEqual([])
      expect(free()).toBe(places)
    }),
    { numRuns: 100 },
  )
})
