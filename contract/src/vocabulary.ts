// The words of the API as plain data: lists of names, and what a pattern of events matches. It imports nothing, so schemas, server,
// console and command line can all read it.

// --- conversations ---

export const channels = ['telephone', 'webrtc', 'email', 'text'] as const
export type Channel = (typeof channels)[number]

export const directions = ['inbound', 'outbound'] as const
export type Direction = (typeof directions)[number]

/** The nine statuses (end-conversation.yaml, `Status`). */
export const conversationStatuses = [
  'token_created',
  'triggered',
  'ringing',
  'in_progress',
  'completed',
  'failed',
  'cancelled',
  'transferred',
  'unanswered',
] as const
export type ConversationStatus = (typeof conversationStatuses)[number]

export const endReasons = [
  'ended_by_caller',
  'ended_by_agent',
  'ended_by_end_user',
  'inactivity',
  'max_duration',
  'max_turns',
  'deleted',
  'imported',
  'error',
  'nobody_available',
  'rejected',
  'pre_workflow_failed',
] as const
export type EndReason = (typeof endReasons)[number]

export const endModes = ['cut', 'finish'] as const
export const actorTypes = ['credential', 'user', 'agent', 'system'] as const

export const analysisStatuses = ['none', 'queued', 'running', 'done', 'skipped', 'failed'] as const
export type AnalysisStatus = (typeof analysisStatuses)[number]

export const itemTypes = ['message', 'function_call', 'function_call_output'] as const
/** As readers see them: a conversation token sees the result of a tool that showed a widget as that widget. */
export const shownItemTypes = [...itemTypes, 'widget'] as const
/** The roles of messages. */
export const messageRoles = ['user', 'assistant', 'system'] as const
/** Whether a client shows widgets. */
export const interactivities = ['plain', 'rich'] as const

/** What a conversation token can permit. `handoff`: to ask for a person; `rate`: to say what the conversation was like. */
export const conversationPermissions = ['read', 'message', 'end', 'handoff', 'rate'] as const
export type ConversationPermission = (typeof conversationPermissions)[number]

// --- turns ---

export const turnStatuses = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const
export type TurnStatus = (typeof turnStatuses)[number]

export const turnOutcomes = [
  'reply',
  'model_error',
  'timed_out',
  'step_limit',
  'conversation_ended',
  'cancelled_by_caller',
  'superseded',
  'attempts_exhausted',
  'taken_over',
  'for_person',
  'budget_exceeded',
] as const
export type TurnOutcome = (typeof turnOutcomes)[number]

/** The outcomes of turns that are complete. `for_person`: the message was given to people, so the agent did not answer it. */
export const completedOutcomes = ['reply', 'for_person'] as const satisfies readonly TurnOutcome[]
export type CompletedOutcome = (typeof completedOutcomes)[number]

/** The outcomes of turns that failed or were cancelled. */
export const unansweredOutcomes = turnOutcomes.filter((outcome) => outcome !== 'reply' && outcome !== 'for_person')
export type UnansweredOutcome = (typeof unansweredOutcomes)[number]

/** What a message does while another turn runs. */
export const concurrencyRules = ['queue', 'merge', 'interrupt', 'reject'] as const
export type ConcurrencyRule = (typeof concurrencyRules)[number]

// --- MCP ---

export const mcpModes = ['discovery', 'direct', 'both'] as const
export type McpMode = (typeof mcpModes)[number]
/** The API in five parts, by the first part of a path. */
export const apiServices = ['core', 'workflow', 'knowledge_base', 'campaign', 'admin'] as const
export type ApiService = (typeof apiServices)[number]
/** Sets of tools that an address can name. */
export const mcpToolsets = ['conversations', 'agents', 'knowledge', 'operate'] as const
export type McpToolset = (typeof mcpToolsets)[number]
/** Tools that are named one by one. */
export const most_mcp_tools = 64

// --- events and webhooks ---

/** The events of conversations, in the order in which they are displayed. */
export const eventTypes = [
  'conversation.created',
  'conversation.started',
  'conversation.ended',
  'conversation.analyzed',
  'conversation.analysis_failed',
  'conversation.updated',
  'conversation.feedback',
  'conversation.deleted',
  'conversation.handoff_requested',
  'conversation.handoff_declined',
  'conversation.assigned',
  'conversation.unassigned',
  'conversation.taken',
  'conversation.returned',
  'conversation.note_added',
  'conversation.note_changed',
  'conversation.note_deleted',
  'conversation.snoozed',
  'conversation.woken',
  'conversation.handling_updated',
  'conversation.sla_warning',
  'conversation.sla_breached',
  'conversation.rated',
  'message.created',
  'turn.queued',
  'turn.started',
  'turn.completed',
  'turn.failed',
  'turn.cancelled',
  'tool_call.completed',
  'widget.shown',
  'retrieval.completed',
] as const
export type EventType = (typeof eventTypes)[number]

/** Of organizations; they belong to no conversation. */
export const organizationEventTypes = [
  'organization.created',
  'organization.updated',
  'organization.suspended',
  'organization.deleted',
  'member.joined',
  'member.updated',
  'member.removed',
  'invitation.created',
  'invitation.accepted',
  'invitation.declined',
  'invitation.expired',
  'invitation.revoked',
  'credential.created',
  'credential.deleted',
  'view_as.started',
  'view_as.ended',
  'webhook.disabled',
  'dataset.created',
  'dataset.updated',
  'dataset.deleted',
  'dataset.reembedded',
  'dataset.reembedding_failed',
  'source.created',
  'source.updated',
  'source.deleted',
  'source.crawled',
  'source.crawl_failed',
  'dataset_source.created',
  'dataset_source.ready',
  'dataset_source.failed',
  'dataset_source.deleted',
  'web_widget.created',
  'web_widget.updated',
  'web_widget.deleted',
  'web_widget.limit_reached',
  'workflow.published',
  'workflow.went_live',
  'workflow.went_offline',
  'workflow_trigger.skipped',
  'budget.warned',
  'budget.stopped',
  'budget.resumed',
] as const
export type OrganizationEventType = (typeof organizationEventTypes)[number]

/** Of executions of workflows, in the order in which they can come. */
export const workflowEventTypes = [
  'workflow_execution.queued',
  'workflow_execution.started',
  'workflow_execution.waiting',
  'workflow_execution.resumed',
  'workflow_execution.completed',
  'workflow_execution.failed',
  'workflow_execution.cancelled',
  'workflow_step.started',
  'workflow_step.retrying',
  'workflow_step.completed',
  'workflow_step.failed',
] as const
export type WorkflowEventType = (typeof workflowEventTypes)[number]

/** What endpoints receive besides events of conversations and of executions. A test goes to one endpoint only. */
export const webhookEventTypes = ['webhook.test', ...organizationEventTypes] as const

/** Every type that a pattern can match. */
export const deliveredTypes: readonly string[] = [...eventTypes, ...webhookEventTypes, ...workflowEventTypes]

/** Whether one of the patterns matches the type; the trigger on `events` has the same rule in SQL. */
export function matchesEvent(patterns: readonly string[], type: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))),
  )
}

/** Why the server switched an endpoint off. */
export const disabledReasons = ['gone', 'failing'] as const
export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const

// --- people and credentials ---

/** Every scope, spelled as in the compatible API; those of later capabilities are reserved. */
export const scopes = [
  'conversations:read',
  'conversations:read_sensitive',
  'conversations:manage',
  'conversations:reply',
  'conversations:dial',
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
  'sources:read',
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
  'workflows:read_sensitive',
  'workflows:execute',
  'workflows:manage',
  'child_organizations:manage',
  'managed_accounts:manage',
] as const
export type Scope = (typeof scopes)[number]

/** `responder`: answers end users in conversations that people take over. */
export const roles = ['admin', 'responder', 'viewer'] as const
export type Role = (typeof roles)[number]

/** What answering people takes; with `end` of the conversations that they hold. */
export const responderScopes = [
  'conversations:read',
  'conversations:read_sensitive',
  'conversations:reply',
  'agents:read',
  'members:read',
] as const satisfies readonly Scope[]

export const signInWays = ['password', 'api_key', 'openid'] as const

// --- statistics ---

export const bucketUnits = ['hour', 'day'] as const
