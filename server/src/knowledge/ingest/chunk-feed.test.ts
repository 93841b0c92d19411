import { expect, test } from 'vitest'
import type { WorkPort } from '../../work/port.ts'
import { ChunkFeed, putFirst } from './chunk-feed.ts'

/** Whether it waits still, after all that is ready to run. */
async function waits(promise: Promise<void>): Promise<boolean> {
  let isWaiting = true
  promise.then(
    () => (isWaiting = false),
    () => (isWaiting = false),
  )
  await new Promise(setImmediate)
  return isWaiting
}

test('a chunk is waited for until it is stored, or all are', async () => {
  const feed = new ChunkFeed()
  const first = feed.passes(-1)
  expect(await waits(first)).toBe(true)
  feed.add(2)
  expect(await waits(first)).toBe(false)
  expect(await waits(feed.passes(0))).toBe(false)
  const third = feed.passes(1)
  expect(await waits(third)).toBe(true)
  feed.end()
  expect(await waits(third)).toBe(false)
})

test('who waits learns why no more come, and who asks later', async () => {
  const feed = new ChunkFeed()
  feed.add(1)
  const reason = new Error('out of date')
  const waiting = feed.passes(0)
  feed.fail(reason)
  await expect(waiting).rejects.toBe(reason)
  await expect(feed.passes(-1)).rejects.toBe(reason)
})

test('commits that come first are waited for, also one that follows another, and one that fails', async () => {
  const commits: PromiseWithResolvers<never>[] = []
  const commit = () => {
    const next = Promise.withResolvers<never>()
    commits.push(next)
    return next.promise
  }
  const { port, free } = putFirst({ commit } as unknown as WorkPort)
  await free()
  const first = port.commit(async () => {})
  const following = first.then(() => port.commit(async () => {})).catch(() => {})
  const freed = free()
  expect(await waits(freed)).toBe(true)
  commits[0]!.resolve(undefined as never)
  await new Promise(setImmediate)
  expect(await waits(freed)).toBe(true)
  commits[1]!.reject(new Error('lease lost'))
  await following
  await freed
  expect(commits).toHaveLength(2)
})
