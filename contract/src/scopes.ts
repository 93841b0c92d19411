// Scopes, roles and which scopes each role holds.

/** Every scope, as the compatible API spells it; families of later capabilities are reserved. */
export const scopes = [
  'conversations:read',
  'conversations:read_sensitive',
  'conversations:manage',
  'agents:read',
  'agents:manage',
  'webhooks:read',
  'webhooks:manage',
  'members:read',
  'members:manage',
  'organizations:manage',
  'billing:manage',
  'web_widgets:read',
  'web_widgets:manage',
  'sources:manage',
  'phone_numbers:read',
  'phone_numbers:manage',
  'trunks:read',
  'trunks:manage',
  'email_domains:read',
  'email_domains:manage',
  'campaigns:read',
  'campaigns:manage',
  'concurrency:read',
  'concurrency:manage',
  'assessments:read',
  'assessments:manage',
  'workflows:read',
  'workflows:manage',
  'child_organizations:manage',
] as const

export type Scope = (typeof scopes)[number]

export const roles = ['admin', 'viewer'] as const
export type Role = (typeof roles)[number]

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
