// Counts the event streams that are open on this node, in all and for each credential.
import type { Limits } from '../config-limits.ts'
import { AppError } from '../errors.ts'

export interface OpenStreams {
  readonly count: number
  /** Makes room for one more, until the answer is disposed of; throws `too_many_streams`. Waits for nothing, so that no race gets by. */
  take(credential: string): Disposable
}

export function createOpenStreams({
  event_streams,
  event_streams_of_credential,
}: Pick<Limits, 'event_streams' | 'event_streams_of_credential'>): OpenStreams {
  const of = new Map<string, number>()
  let count = 0
  return {
    get count() {
      return count
    },
    take(credential) {
      const own = of.get(credential) ?? 0
      if (count >= event_streams) throw new AppError('too_many_streams')
      if (own >= event_streams_of_credential) {
        throw new AppError('too_many_streams', 'Too many event streams of this credential are open.')
      }
      count += 1
      of.set(credential, own + 1)
      let isOver = false
      return {
        [Symbol.dispose]() {
          if (isOver) return
          isOver = true
          count -= 1
          const left = of.get(credential)! - 1
          if (left > 0) of.set(credential, left)
          else of.delete(credential)
        },
      }
    },
  }
}
