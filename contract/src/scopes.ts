// Which scopes each role holds, and which let a caller read conversations.
import { type Role, type Scope, scopes } from './vocabulary.ts'

/** `admin` holds every scope; `viewer` every plain `…:read`, which leaves sensitive data out. */
export const scopesOfRole: Record<Role, readonly Scope[]> = {
  admin: scopes,
  viewer: scopes.filter((scope) => scope.endsWith(':read')),
}

/** Any of these lets a caller read conversations; only `read_sensitive` shows what was said. */
export const conversationReadAccess = [
  'conversations:read',
  'conversations:read_sensitive',
  'conversations:manage',
] as const satisfies readonly Scope[]
