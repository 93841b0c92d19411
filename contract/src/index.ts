// The contract: every operation of the API as data. Routes, scopes, validation, serialization, the OpenAPI document and the
// SDK's types all come from here.
import { accessOperations } from './access.ts'
import { agentOperations } from './agents.ts'
import { analysisOperations } from './analysis.ts'
import { auditOperations } from './audit/operations.ts'
import { authoringOperations } from './authoring.ts'
import { budgetOperations } from './budgets.ts'
import { changeOperations } from './changes.ts'
import { conversationOperations } from './conversations.ts'
import { briefOperations, suggestionOperations } from './hand-off/assist.ts'
import { cannedReplyOperations } from './hand-off/canned-replies.ts'
import { inboxOperations } from './hand-off/inbox.ts'
import { satisfactionOperations } from './hand-off/satisfaction.ts'
import { handlingStatisticsOperations } from './hand-off/statistics.ts'
import { noteOperations } from './hand-off/notes.ts'
import { handOffOperations } from './hand-off/operations.ts'
import { presenceOperations } from './hand-off/presence.ts'
import { teamOperations } from './hand-off/teams.ts'
import { mcpOperations } from './mcp.ts'
import { invitationOperations } from './invitations.ts'
import { knowledgeOperations } from './knowledge/index.ts'
import type { InputOf, OutputOf } from './operation.ts'
import { organizationEventOperations } from './organization-events.ts'
import { organizationTreeOperations } from './organizations/index.ts'
import { secretOperations } from './secrets.ts'
import { signInOperations } from './sign-in.ts'
import { statisticsOperations } from './statistics.ts'
import { systemOperations } from './system.ts'
import { usageOperations } from './usage.ts'
import { webWidgetOperations } from './web-widgets/index.ts'
import { publicWidgetOperations, widgetStatisticsOperations } from './web-widgets/public.ts'
import { webhookOperations } from './webhooks.ts'
import { workflowOperations } from './workflows/index.ts'

export const operations = {
  ...systemOperations,
  ...conversationOperations,
  ...analysisOperations,
  ...changeOperations,
  ...handOffOperations,
  ...teamOperations,
  ...presenceOperations,
  ...noteOperations,
  ...cannedReplyOperations,
  ...inboxOperations,
  ...suggestionOperations,
  ...briefOperations,
  ...handlingStatisticsOperations,
  ...satisfactionOperations,
  ...statisticsOperations,
  ...agentOperations,
  ...authoringOperations,
  ...accessOperations,
  ...auditOperations,
  ...organizationEventOperations,
  ...mcpOperations,
  ...invitationOperations,
  ...organizationTreeOperations,
  ...signInOperations,
  ...webhookOperations,
  ...secretOperations,
  ...knowledgeOperations,
  ...webWidgetOperations,
  ...widgetStatisticsOperations,
  ...publicWidgetOperations,
  ...workflowOperations,
  ...usageOperations,
  ...budgetOperations,
}

export type Operations = typeof operations
export type OperationId = keyof Operations
/** Those that leave an entry in the audit log. Refused calls of others do, too. */
export const auditedOperations: readonly OperationId[] = Object.values(operations).flatMap(({ id, audit }) =>
  audit === false ? [] : [id as OperationId],
)
export type Input<Id extends OperationId> = InputOf<Operations[Id]>
export type Output<Id extends OperationId> = OutputOf<Operations[Id]>

export * from './access.ts'
export * from './actions/index.ts'
export * from './agent-config.ts'
export * from './agent-words.ts'
export * from './agent-config-parts.ts'
export * from './tool-config.ts'
export * from './agent-objects.ts'
export * from './agents.ts'
export * from './analysis.ts'
export * from './audit/index.ts'
export * from './authoring.ts'
export * from './budgets.ts'
export * from './changes.ts'
export * from './conversation.ts'
export * from './conversation-filters.ts'
export * from './conversations.ts'
export * from './errors.ts'
export * from './events.ts'
export * from './form-values.ts'
export * from './hand-off/index.ts'
export * from './import.ts'
export * from './invitations.ts'
export * from './knowledge/index.ts'
export * from './language-model.ts'
export * from './load.ts'
export * from './mcp.ts'
export * from './openapi.ts'
export * from './openapi-3-0.ts'
export * from './operation.ts'
export * from './organization-events.ts'
export * from './organizations/index.ts'
export * from './own-path.ts'
export * from './schema.ts'
export * from './scopes.ts'
export * from './secrets.ts'
export * from './sign-in.ts'
export * from './statistics.ts'
export * from './system.ts'
export { Type } from './type.ts'
export * from './usage-words.ts'
export * from './usage.ts'
export * from './vocabulary.ts'
export * from './web-widgets/index.ts'
export * from './webhooks.ts'
export * from './widgets.ts'
export * from './workflows/index.ts'
