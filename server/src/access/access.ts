// Organizations, users, members and their credentials: what the room has for itself, and what others ask of it.
import type { ConversationTokens } from './conversation-token.ts'
import type { OpenId } from './sign-in/openid.ts'
import type { Passwords } from './sign-in/passwords.ts'

export interface AccessServices {
  readonly passwords: Passwords
  /** Null where no identity provider is set up. */
  readonly openid: OpenId | null
  readonly tokens: ConversationTokens
}

export type { ConversationTokens } from './conversation-token.ts'
export { authenticate, authenticateSession, readBearer } from './authenticate.ts'
export {
  type Presented,
  createCredentialCheck,
  readPresentedCredential,
  readPresentedSession,
} from './known-credentials.ts'
