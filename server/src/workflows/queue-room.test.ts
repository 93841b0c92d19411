import { expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import type { Store } from '../database/store.ts'
import { createQueueRoom } from './queue-room.ts'

/** A clock that the test advances, and an organization with so many queued executions. */
function startRoom(most: number) {
  const state = { now: 0, queued: 0, counts: 0 }
  const store = {
    organization_id: 'o',
    query: async () => {
      state.counts += 1
      return [{ count: Math.min(state.queued, most) }]
    },
  } as unknown as Store
  return { state, store, room: createQueueRoom({ monotonic: () => state.now }, most) }
}

test('W1: what this node adds counts at once, what others add within a second', async () => {
  const { state, store, room } = startRoom(3)
  state.queued = 1
  expect([await room.has(store), await room.has(store), await room.has(store)]).toEqual([true, true, false])
  expect(state.counts).toBe(1)
  state.queued = 2
  state.now += 1000
  expect([await room.has(store), await room.has(store)]).toEqual([true, false])
  expect(state.counts).toBe(2)
})

test('a full queue is a refusal that says when to try again', async () => {
  const { state, store, room } = startRoom(1)
  state.queued = 7
  const error = await room.require(store).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(AppError)
  expect(error).toMatchObject({ error: 'too_many_executions', retry_after: 10 })
})
