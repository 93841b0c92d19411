// The room's own services.
import type { Conversations } from '../conversations/conversations.ts'
import type { Captcha } from './captcha.ts'
import type { Counting } from './counting.ts'
import type { VisitorDoor } from './visitor-access.ts'
import type { VisitorTokens } from './visitor-tokens.ts'

export interface WebWidgets {
  readonly conversations: Conversations
  readonly tokens: VisitorTokens
  readonly door: VisitorDoor
  readonly counting: Counting
  readonly captcha: Captcha
}
