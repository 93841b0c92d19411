// Executions that somebody on this node waits for or follows: looks together for what they have to tell, since their commits notify nobody.
import type { Clock } from '../base/ports.ts'
import { type Executor, acrossOrganizations } from '../database/database.ts'
import { type Signals, signalsOf } from '../live/signals.ts'

/** There may be something new about an execution. */
export const executionKey = signalsOf('workflow_execution')

const look_ms = 250
/** Per query. */
const most_ids = 2000

export interface FollowedExecutions {
  /** Notifies its key when it has more events than so many. */
  follow(id: string, events: number): Disposable
}

export interface FollowOptions {
  database: Executor
  signals: Signals
  clock: Clock
  onError: (error: unknown) => void
}

const progressStatement = acrossOrganizations(
  'the executions that somebody on this node follows',
  'read_progress_of_executions',
  'select id, event_count from workflow_executions where id = any($1::uuid[])',
)

export function createFollowed({ database, signals, clock, onError }: FollowOptions): FollowedExecutions & Disposable {
  const followed = new Map<string, { readers: number; events: number }>()
  let stop: (() => void) | null = null

  function lookLater(): void {
    stop ??= clock.after(look_ms, () => {
      void look().finally(() => {
        stop = null
        if (followed.size > 0) lookLater()
      })
    })
  }

  async function look(): Promise<void> {
    const ids = [...followed.keys()]
    try {
      for (let from = 0; from < ids.length; from += most_ids) {
        const some = ids.slice(from, from + most_ids)
        const rows = await database.query<{ id: string; event_count: number }>(progressStatement, [some])
        const counts = new Map(rows.map(({ id, event_count }) => [id, event_count]))
        for (const id of some) tell(id, counts.get(id) ?? Infinity)
      }
    } catch (error) {
      onError(error)
    }
  }

  /** One that is gone has as many as there can be. */
  function tell(id: string, events: number): void {
    const entry = followed.get(id)
    if (!entry || entry.events === events) return
    entry.events = events
    signals.notify(executionKey(id))
  }

  return {
    follow(id, events) {
      const entry = followed.get(id) ?? { readers: 0, events }
      followed.set(id, { ...entry, readers: entry.readers + 1 })
      lookLater()
      let isOver = false
      return {
        [Symbol.dispose]() {
          const now = followed.get(id)
          if (isOver || !now) return
          isOver = true
          if (now.readers > 1) now.readers -= 1
          else followed.delete(id)
        },
      }
    },
    [Symbol.dispose]() {
      followed.clear()
      stop?.()
    },
  }
}
