import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type FairShare, createFairShare } from './fair-share.ts'
import { ShareExhausted, isUnavailable } from './failures.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const roomy = { places: 8, most_waiting: 1000, wait_ms: 10_000 }

/** Enters, and notes when it has a place. */
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

test('one that is alone has half of the places, and of one place that', () => {
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

test('one that holds nothing gets a place at once, beside two that want all of them', () => {
  const { got, enter } = startEntering(createFairShare(roomy))
  for (let n = 0; n < 100; n += 1) {
    enter('loud')
    enter('louder')
  }
  enter('quiet')
  expect(got.at(-1)).toBe('quiet')
})

test('who waits is served in turn, and oldest first within one', async () => {
  const share = createFairShare({ ...roomy, places: 1 })
  const { got, enter } = startEntering(share)
  for (const name of ['a0', 'a1', 'a2', 'b0', 'b1', 'c0']) enter(name[0]!, name)
  for (const owner of ['a', 'a', 'b', 'c', 'a']) {
    share.leave(owner)
    await settled()
  }
  expect(got).toEqual(['a0', 'a1', 'b0', 'c0', 'a2', 'b1'])
})

test('an owner whose uses fill its queue is refused, and no other', () => {
  const share = createFairShare({ ...roomy, places: 2, most_waiting: 3 })
  const { got, enter } = startEntering(share)
  for (let n = 0; n < 4; n += 1) enter('loud')
  expect(() => share.enter('loud')).toThrow(ShareExhausted)
  enter('quiet')
  expect(got).toEqual(['loud', 'quiet'])
})

test('who waits too long is refused as for a database that cannot serve, and holds nothing', async () => {
  const share = createFairShare({ ...roomy, places: 1 })
  share.enter('a')
  const refused = share.enter('b')!.catch((error: unknown) => error)
  vi.advanceTimersByTime(10_000)
  expect(isUnavailable(await refused)).toBe(true)
  share.leave('a')
  expect(share.enter('c')).toBeNull()
})

test('whatever comes and goes: places are as many as there are, nobody waits for one that it may have, and none is lost', async () => {
  const step = fc.record({ owner: fc.constantFrom('a', 'b', 'c', 'd'), enters: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 120 }), async (places, steps) => {
      const share = createFairShare({ ...roomy, places })
      const held = new Map<string, number>()
      const waiting: string[] = []
      const heldBy = (owner: string) => held.get(owner) ?? 0
      const free = () => places - [...held.values()].reduce((sum, count) => sum + count, 0)
      const take = (owner: string) => void held.set(owner, heldBy(owner) + 1)
      const noteTurn = async (turn: Promise<void>, owner: string) => {
        await turn
        waiting.splice(waiting.indexOf(owner), 1)
        take(owner)
      }
      for (const { owner, enters } of steps) {
        if (enters) {
          const couldTake = heldBy(owner) < free()
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
        for (const one of waiting) expect(heldBy(one)).toBeGreaterThanOrEqual(free())
      }
      // Once all have gone, all who waited have had their turn.
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
