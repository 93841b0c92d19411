// How often a credential may have a model help, and for how long.
import { AppError } from '../../base/errors.ts'
import type { Access } from '../../calls/access.ts'
import type { Core } from '../../calls/core.ts'
import { callBucket, takeAttempt } from '../../calls/attempts.ts'
import { drainKey } from '../../live/shared.ts'

export type TakeOne = (access: Access) => Promise<void>

/** Throws once the credential has had so many in a minute, on all nodes together. */
export function limitPerMinute({ database }: Pick<Core, 'database'>, kind: string, per_minute: number): TakeOne {
  const why = `At most ${per_minute} ${kind} a minute for each credential. Wait before you try again.`
  return ({ limit_key }) => takeAttempt(database, [callBucket(kind, limit_key, per_minute)], why)
}

/** Aborts when the time is up, or the server stops. */
export function limitTime({ ports, live, node }: Pick<Core, 'ports' | 'live' | 'node'>, ms: number) {
  const over = new AbortController()
  const stopTimer = ports.clock.after(ms, () => over.abort(new AppError('model_timed_out')))
  const listener = live.signals.listen(drainKey)
  const ended = new AbortController()
  void (async () => {
    await listener.next({ signal: ended.signal })
    if (node.isDraining) over.abort(new AppError('unavailable', 'The server is shutting down.'))
  })()
  return {
    signal: over.signal,
    [Symbol.dispose]() {
      stopTimer()
      ended.abort()
      listener[Symbol.dispose]()
    },
  }
}
