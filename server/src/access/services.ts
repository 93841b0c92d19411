// What access provides to its own operations, and to other rooms.
import type { ConversationTokens } from './conversation-token.ts'
import type { OpenId } from './sign-in/openid-port.ts'
import type { Standings } from './standing.ts'
import type { Passwords } from './sign-in/passwords.ts'

export interface AccessServices {
  readonly passwords: Passwords
  /** Null if no identity provider is configured. */
  readonly openid: OpenId | null
  readonly tokens: ConversationTokens
  readonly standings: Standings
}
