// The texts of the audit log.
import type { AuditActorType, AuditOutcome, AuditTargetType, AuditVia } from '@parley/contract'
import { formatCount, formatNumber } from '../base/format.ts'

const actorTypes: Record<AuditActorType, string> = {
  user: 'User',
  credential: 'Key',
  end_user: 'End user',
  operator: 'Operator of the server',
  system: 'Server',
  unknown: 'Not signed in',
  organization: 'Organization',
}

const targetTypes: Record<AuditTargetType, string> = {
  agent: 'Agent',
  audit_log: 'Audit log',
  budget: 'Budget',
  canned_reply: 'Canned reply',
  conversation: 'Conversation',
  dataset: 'Knowledge base',
  installation: 'Installation',
  invitation: 'Invitation',
  member: 'Member',
  organization: 'Organization',
  organization_key: 'Key',
  personal_access_token: 'Token',
  price: 'Price',
  secret: 'Secret',
  session: 'Session',
  source: 'Source',
  team: 'Team',
  user: 'User',
  web_widget: 'Web widget',
  webhook_endpoint: 'Webhook',
  workflow: 'Workflow',
  workflow_connection: 'Connection',
  workflow_trigger: 'Trigger',
}

const vias: Record<AuditVia, string> = {
  api: 'API',
  console: 'Console',
  mcp: 'MCP',
  cli: 'Command line',
  system: 'Server',
}

const outcomes: Record<AuditOutcome, string> = { done: 'Done', refused: 'Refused' }

export const auditTexts = {
  title: 'Audit log',
  intro: 'Who changed what, when and from where. Entries never change.',
  toSee: 'see the audit log',
  list: 'Entries',
  listIntro: 'Newest first.',
  empty: 'No entries yet.',
  emptyFiltered: 'No entries match. Change a filter, or remove them all.',
  export: 'Export',
  exporting: 'Exporting…',
  exportAs: { ndjson: 'As NDJSON', csv: 'As CSV' },
  exported: 'Audit log exported',
  filters: { time: 'Time', actor: 'Who', action: 'Action', target: 'What', via: 'Via', outcome: 'Outcome' },
  id: 'ID',
  actorId: 'ID, or network address',
  actionName: 'Operation or command',
  targetType: 'Type',
  anyType: 'Any type',
  typed: (type: string, name: string) => `${type} ${name}`,
  actorTypes,
  targetTypes,
  vias,
  outcomes,
  refused: (count: number) => (count === 1 ? outcomes.refused : `${outcomes.refused} ${formatNumber(count)} times`),
  refusedHint: (count: number) =>
    count === 1
      ? 'The call was refused, and nothing changed.'
      : `${formatCount(count, 'call was', 'calls were')} refused within a minute, and nothing changed.`,
  changes: 'Changes',
  noChanges: 'No fields are recorded for this action.',
  secretChanged: 'Changed. Its value is secret, so it is not recorded.',
  hashHint: 'A long text: only its hash is recorded.',
  omitted: (count: number) => `${formatCount(count, 'more change', 'more changes')} did not fit into the entry.`,
  changedInto: 'changed to',
  added: 'Set to',
  removed: 'Removed',
  none: 'nothing',
  yes: 'yes',
  no: 'no',
  emptyText: 'empty text',
  facts: {
    time: 'Time',
    actor: 'Who',
    on_behalf_of: 'On behalf of',
    action: 'Action',
    target: 'What',
    via: 'Via',
    address: 'Address',
    user_agent: 'Program',
    request: 'Request',
    sequence: 'Number',
    hash: 'Hash',
  },
  open: (name: string) => `Open ${name}`,
  allBy: (name: string) => `All by ${name}`,
  allOf: (action: string) => `All with “${action}”`,
  history: (name: string) => `History of ${name}`,
} as const
