// The face of access: organizations, users, members and their credentials.
import type { ConversationTokens } from './conversation-token.ts'
import type { OpenId } from './sign-in/openid-port.ts'
import type { Passwords } from './sign-in/passwords.ts'

export interface AccessServices {
  readonly passwords: Passwords
  /** Null if no identity provider is configured. */
  readonly openid: OpenId | null
  readonly tokens: ConversationTokens
}

export type { ConversationTokens } from './conversation-token.ts'
export { authenticate, authenticateSession, readBearer } from './authenticate.ts'
export { type Subject, authenticateSubject } from './subject.ts'
export {
  type Presented,
  createCredentialCheck,
  readPresentedCredential,
  readPresentedSession,
} from './known-credentials.ts'
