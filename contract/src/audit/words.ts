// The words of the audit log. Plain data, which imports nothing.

/** What an entry is about. */
export const auditTargetTypes = [
  'agent',
  'audit_log',
  'budget',
  'canned_reply',
  'conversation',
  'dataset',
  'installation',
  'invitation',
  'member',
  'organization',
  'organization_key',
  'personal_access_token',
  'price',
  'secret',
  'session',
  'source',
  'team',
  'user',
  'web_widget',
  'webhook_endpoint',
  'workflow',
  'workflow_connection',
  'workflow_trigger',
] as const
export type AuditTargetType = (typeof auditTargetTypes)[number]

/** `operator`: who runs the command line on the server's machine; `unknown`: who has proven nothing; `organization`: only of `on_behalf_of`. */
export const auditActorTypes = ['user', 'credential', 'end_user', 'operator', 'system', 'unknown', 'organization'] as const
export type AuditActorType = (typeof auditActorTypes)[number]

export const auditOutcomes = ['done', 'refused'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

/** `console`: a session. */
export const auditVias = ['api', 'console', 'mcp', 'cli', 'system'] as const
export type AuditVia = (typeof auditVias)[number]
