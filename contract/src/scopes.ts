// Which scopes each role holds, and which let a caller read conversations.
import { type Role, type Scope, responderScopes, scopes } from './vocabulary.ts'

/** `admin` has every scope; `responder` what answering people needs; `viewer` every plain `…:read`, which excludes sensitive data. */
export const scopesOfRole: Record<Role, readonly Scope[]> = {
  admin: scopes,
  responder: responderScopes,
  viewer: scopes.filter((scope) => scope.endsWith(':read')),
}

/** Any of these lets a caller read conversations; only `read_sensitive` shows their content. */
export const conversationReadAccess = [
  'conversations:read',
  'conversations:read_sensitive',
  'conversations:manage',
] as const satisfies readonly Scope[]
