import type { DatasetSource } from '@parley/contract'
import { expect, test } from 'vitest'
import { changeEach } from './source-actions.ts'

const rows = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id }) as DatasetSource)

test('each is changed once, four at a time, and one that fails stops none', async () => {
  const asked: string[] = []
  let [running, most] = [0, 0]
  const { done, failed } = await changeEach(rows, async ({ id }) => {
    asked.push(id)
    running += 1
    most = Math.max(most, running)
    await Promise.resolve()
    running -= 1
    if (id === 'b') throw new Error('no')
  })
  expect(asked.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  expect(most).toBe(4)
  expect(done.map(({ id }) => id).toSorted()).toEqual(['a', 'c', 'd', 'e', 'f'])
  expect(failed.map(({ attachment }) => attachment.id)).toEqual(['b'])
})
