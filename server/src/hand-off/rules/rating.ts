// Whether a conversation can be rated. Pure.
import type { ErrorName } from '@parley/contract'
import { addSeconds } from '../../base/time.ts'

interface Rated {
  ended_at: string | null
  content_purged_at: string | null
  now: string
}

interface Rules {
  enabled: boolean
  valid_hours: number
}

/** Null: it can. */
export function refuseRating(
  { ended_at, content_purged_at, now }: Rated,
  { enabled, valid_hours }: Rules,
): ErrorName | null {
  if (!enabled) return 'rating_closed'
  if (ended_at === null) return 'conversation_active'
  if (now > addSeconds(ended_at, valid_hours * 3600)) return 'rating_closed'
  return content_purged_at === null ? null : 'content_purged'
}
