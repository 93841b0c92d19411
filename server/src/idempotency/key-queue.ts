// Calls that wait for another one with the same idempotency key: in memory, without a database connection.
import { AppError } from '../base/errors.ts'
import type { Clock } from '../base/ports.ts'
import { backoff } from '../base/retry.ts'

export interface KeyQueue {
  /** Runs `work` after all earlier calls with this key on this node. Throws `rate_limited`, `unavailable`. */
  inTurn<T>(call: QueuedCall, work: () => Promise<T>): Promise<T>
  /** For a call whose key is held by a transaction of another call, here or elsewhere: until it should look again. Throws as `inTurn`. */
  pause(call: QueuedCall, since: number, times: number): Promise<void>
}

export interface QueuedCall {
  /** Of its namespace. */
  key: string
  /** The organization, or the user without one. */
  owner: string
}

export const most_waiting_for_key = 32
export const most_waiting_of_owner = 256
/** For a call on this node, which may be an import, and for a transaction, which no statement keeps open for longer. */
const turn_wait_ms = 120_000
const transaction_wait_ms = 30_000

/** Between two looks: from the first to the last. */
const pauses = { first_ms: 10, longest_ms: 500 }

export function createKeyQueue(clock: Pick<Clock, 'after' | 'monotonic'>): KeyQueue {
  /** Of each key that a call runs with: who waits for its end, oldest first. */
  const running = new Map<string, (() => void)[]>()
  const waitingOf = new Map<string, number>()

  /** `begin` hands out what ends the wait, and answers what undoes that. */
  async function wait(owner: string, ms: number, begin: (end: () => void) => () => void): Promise<boolean> {
    const waiting = waitingOf.get(owner) ?? 0
    if (waiting >= most_waiting_of_owner) throw tooMany()
    waitingOf.set(owner, waiting + 1)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const forget = begin(() => resolve(true))
    const giveUp = () => {
      forget()
      resolve(false)
    }
    const stopTimer = clock.after(ms, giveUp)
    const hasEnded = await promise
    stopTimer()
    const left = waitingOf.get(owner)! - 1
    if (left > 0) waitingOf.set(owner, left)
    else waitingOf.delete(owner)
    return hasEnded
  }

  async function waitForTurn({ owner }: QueuedCall, queue: (() => void)[]): Promise<void> {
    if (queue.length >= most_waiting_for_key) throw tooMany()
    const isItsTurn = await wait(owner, turn_wait_ms, (end) => {
      queue.push(end)
      return () => void queue.splice(queue.indexOf(end), 1)
    })
    if (!isItsTurn) throw stillRunning()
  }

  return {
    async inTurn(call, work) {
      const queue = running.get(call.key)
      // Whoever is woken takes over the place of the one before.
      if (queue) await waitForTurn(call, queue)
      else running.set(call.key, [])
      try {
        return await work()
      } finally {
        const next = running.get(call.key)!.shift()
        if (next) next()
        else running.delete(call.key)
      }
    },
    async pause({ owner }, since, times) {
      if (clock.monotonic() - since >= transaction_wait_ms) throw stillRunning()
      await wait(owner, backoff(times + 1, pauses), () => () => {})
    },
  }
}

const tooMany = () =>
  new AppError(
    'rate_limited',
    'Too many requests wait for an earlier one with the same Idempotency-Key. Send them after it has ended.',
  )

const stillRunning = () =>
  new AppError(
    'unavailable',
    'An earlier request with the same Idempotency-Key is still running. Send this one again later.',
  )
