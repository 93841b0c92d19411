// Queues calls behind another one with the same idempotency key, in memory and without a database connection.
import { AppError } from '../base/errors.ts'
import type { Clock } from '../base/ports.ts'
import { backoff } from '../base/retry.ts'

export interface KeyQueue {
  /** Runs `work` after all earlier calls with this key on this node. Throws `rate_limited` or `unavailable`. */
  inTurn<T>(call: QueuedCall, work: () => Promise<T>): Promise<T>
  /** Waits until a call whose key another transaction holds, on any node, should look again. Throws like `inTurn`. */
  pause(call: QueuedCall, since: number, times: number): Promise<void>
}

export interface QueuedCall {
  /** The key with its namespace. */
  key: string
  /** The organization, or a user without one. */
  owner: string
}

export const most_waiting_for_key = 32
export const most_waiting_of_owner = 256
/** How long to wait for a call on this node, which may be an import, and for a transaction, which no statement keeps open longer. */
const turn_wait_ms = 120_000
const transaction_wait_ms = 30_000

/** The first and the last interval between two looks. */
export const key_pauses = { first_ms: 10, longest_ms: 500 }

export function createKeyQueue(clock: Pick<Clock, 'after' | 'monotonic'>): KeyQueue {
  /** For each key in use, the calls that wait for its end, oldest first. */
  const running = new Map<string, (() => void)[]>()
  const waitingOf = new Map<string, number>()

  /** `begin` receives the function that ends the wait, and returns one that cancels it. */
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
      // The woken call takes over the place of the previous one.
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
      await wait(owner, backoff(times + 1, key_pauses), () => () => {})
    },
  }
}

const tooMany = () =>
  new AppError(
    'rate_limited',
    'Too many requests are waiting for an earlier one with the same Idempotency-Key. Send them again when it has ended.',
  )

const stillRunning = () =>
  new AppError(
    'unavailable',
    'An earlier request with the same Idempotency-Key is still running. Send this one again later.',
  )
