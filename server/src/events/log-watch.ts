// Checks once a second whether the logs of conversations that are followed here have grown, in case a message was lost.
import type { Database } from '../database/database.ts'
import { changeKey } from '../live/shared.ts'
import type { Signals } from '../live/signals.ts'
import type { Clock } from '../base/ports.ts'
import { readLogProgress } from '../conversations/read/event-log.ts'

const look_ms = 1000
/** Per query. */
const most_ids = 2000

export interface LogWatchOptions {
  database: Database
  signals: Signals
  clock: Clock
  followed: () => string[]
  onError: (error: Error) => void
}

export function watchLogs({ database, signals, clock, followed, onError }: LogWatchOptions): Disposable {
  let known = new Map<string, number>()
  let isOver = false
  let stop = clock.after(look_ms, () => void look())

  async function look(): Promise<void> {
    const ids = followed()
    const seen = new Map<string, number>()
    try {
      for (let from = 0; from < ids.length; from += most_ids) {
        for (const row of await readLogProgress(database, ids.slice(from, from + most_ids))) {
          const before = known.get(row.conversation_id)
          seen.set(row.conversation_id, row.next_sequence)
          if (before !== row.next_sequence) signals.notify(changeKey(row.conversation_id))
        }
      }
      known = seen
    } catch (error) {
      onError(error as Error)
    }
    if (!isOver) stop = clock.after(look_ms, () => void look())
  }

  return {
    [Symbol.dispose]() {
      isOver = true
      stop()
    },
  }
}
