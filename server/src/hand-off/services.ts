// The room's own services.
import type { Conversations } from '../conversations/conversations.ts'
import type { WriteBrief } from './assist/brief.ts'
import type { TakeOne } from './assist/limits.ts'
import type { WriteSuggestion } from './assist/suggestions.ts'
import type { PresenceWatch } from './presence/watch.ts'

export interface HandOff {
  readonly conversations: Conversations
  readonly presence: PresenceWatch
  readonly writeBrief: WriteBrief
  readonly writeSuggestion: WriteSuggestion
  /** Throw once a credential has had too many. */
  readonly takeBrief: TakeOne
  readonly takeSuggestion: TakeOne
}
