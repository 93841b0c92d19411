// Watches whether the events of organizations that are read on this node have grown: one look each second for all of them.
import type { Clock } from '../base/ports.ts'
import type { Database } from '../database/database.ts'
import { openStore } from '../database/store.ts'
import { type Signals, signalsOf } from '../live/signals.ts'
import { type OrganizationGrowth, numberOrganizationEvents, readOrganizationGrowth } from '../organization-events/organization-events.ts'

export interface OrganizationWatch extends Disposable {
  /** Until the result is disposed of, `organizationEventsKey` is notified when there is a new event. */
  follow(organization_id: string): Disposable
}

/** The signal's key for new events of an organization. */
export const organizationEventsKey = signalsOf('organization events')

export interface OrganizationWatchOptions {
  database: Database
  signals: Pick<Signals, 'notify'>
  clock: Clock
  onError: (error: Error) => void
}

const look_ms = 1000
/** Per query. */
const most_ids = 1000

interface Followed {
  readers: number
  /** The number up to which its readers were told to read. */
  last_number: number
}

export function watchOrganizations(options: OrganizationWatchOptions): OrganizationWatch {
  const { database, signals, clock, onError } = options
  const here = new Map<string, Followed>()
  let isOver = false
  let stop = clock.after(look_ms, () => void look())

  async function look(): Promise<void> {
    const ids = [...here.keys()]
    try {
      for (let from = 0; from < ids.length; from += most_ids) {
        const growths = await readOrganizationGrowth(database, ids.slice(from, from + most_ids))
        // At once: an organization whose events cannot be numbered holds up no other.
        await Promise.all(growths.map((growth) => hear(growth).catch((error: unknown) => onError(error as Error))))
      }
    } catch (error) {
      onError(error as Error)
    }
    if (!isOver) stop = clock.after(look_ms, () => void look())
  }

  async function hear({ organization_id, last_number, has_waiting }: OrganizationGrowth): Promise<void> {
    const store = openStore(database, organization_id)
    tell(organization_id, has_waiting ? await numberOrganizationEvents(store) : last_number)
  }

  function tell(organization_id: string, last_number: number): void {
    const followed = here.get(organization_id)
    if (!followed || last_number <= followed.last_number) return
    followed.last_number = last_number
    signals.notify(organizationEventsKey(organization_id))
  }

  return {
    follow(organization_id) {
      const followed = here.get(organization_id) ?? { readers: 0, last_number: 0 }
      here.set(organization_id, followed)
      followed.readers += 1
      let isLeft = false
      return {
        [Symbol.dispose]() {
          if (isLeft) return
          isLeft = true
          followed.readers -= 1
          if (followed.readers === 0) here.delete(organization_id)
        },
      }
    },
    [Symbol.dispose]() {
      isOver = true
      stop()
    },
  }
}
