// Counts the event streams that are open on this node: in total, and for each credential, user and organization.
import type { LimitSubjects } from '../calls/access.ts'
import type { Limits } from '../config/limits.ts'
import { AppError } from '../base/errors.ts'

export interface OpenStreams {
  readonly count: number
  /**
   * Reserves one stream until the result is disposed of; throws `too_many_streams`. `network`: of the address of a visitor of a web
   * widget. Synchronous, so that no concurrent call
   * exceeds the limit.
   */
  take(subjects: LimitSubjects, network?: string | null): Disposable
}

type StreamLimits = Pick<
  Limits,
  'event_streams' | 'event_streams_of_credential' | 'event_streams_of_user' | 'event_streams_percent_of_organization'
>

/** `of_network`: streams of visitors of web widgets; 0: any number. */
export function createOpenStreams(limits: StreamLimits, of_network = 0): OpenStreams {
  const share = Math.ceil((limits.event_streams * limits.event_streams_percent_of_organization) / 100)
  const credentials = createCounts('credential', limits.event_streams_of_credential)
  const users = createCounts('user', limits.event_streams_of_user)
  const organizations = createCounts('organization', share)
  const networks = createCounts('address', of_network || Infinity)
  let count = 0
  return {
    get count() {
      return count
    },
    take({ credential, user_id, organization_id }, network = null) {
      if (count >= limits.event_streams) throw new AppError('too_many_streams')
      const own = [credentials.of(credential)]
      if (user_id !== null) own.push(users.of(user_id))
      if (organization_id !== null) own.push(organizations.of(organization_id))
      if (network !== null) own.push(networks.of(network))
      for (const { requireRoom } of own) requireRoom()
      for (const { add } of own) add(1)
      count += 1
      let isOver = false
      return {
        [Symbol.dispose]() {
          if (isOver) return
          isOver = true
          count -= 1
          for (const { add } of own) add(-1)
        },
      }
    },
  }
}

function createCounts(kind: string, most: number) {
  const counts = new Map<string, number>()
  return {
    of: (key: string) => ({
      requireRoom() {
        if ((counts.get(key) ?? 0) < most) return
        throw new AppError(
          'too_many_streams',
          `This ${kind} has reached its limit of open event streams. Close one first.`,
        )
      },
      add(change: number) {
        const now = (counts.get(key) ?? 0) + change
        if (now > 0) counts.set(key, now)
        else counts.delete(key)
      },
    }),
  }
}
