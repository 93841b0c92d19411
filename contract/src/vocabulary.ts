// The words and numbers of the API as plain data: lists of names, defaults and bounds of agents, and what a pattern of events
// matches. It imports nothing, so schemas, server, console and command line can all read it.

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

// --- agents ---

export const agentKinds = ['static_prompt'] as const
export const instructionsModes = ['append', 'replace'] as const
/** The states of instructions that a model writes. */
export const generationStatuses = ['queued', 'running', 'done', 'failed'] as const
/** What a published version answers on a phone number: its calls in, its calls out, or both. */
export const publishDirections = ['inbound', 'outbound', 'both'] as const
/** Kinds of personal data that retention can redact. */
export const redactedKinds = ['email', 'phone', 'credit_card', 'iban', 'ip_address'] as const

export const widgetTypes = [
  'detail',
  'carousel',
  'info',
  'list',
  'action_grid',
  'collect_otp',
  'collect_phone_number',
  'order_tracker',
  'comparison',
] as const
export type WidgetType = (typeof widgetTypes)[number]

export const formFieldTypes = [
  'text',
  'textarea',
  'email',
  'phone',
  'number',
  'date',
  'time',
  'select',
  'multi_select',
  'multiselect',
  'radio',
  'checkbox',
  'rating',
  'hidden',
] as const
/** The field types that need `options`. */
export const fieldTypesWithOptions = ['select', 'multi_select', 'multiselect', 'radio'] as const

/** The settings of an agent whose configuration does not mention them. */
export const agentDefaults = {
  kind: 'static_prompt',
  model_timeout_ms: 60_000,
  concurrency: 'queue',
  max_turn_seconds: 120,
  max_tool_steps: 8,
  context_window: { max_items: 200, max_tokens: 32_000 },
  tool: { idempotent: false, timeout_ms: 10_000 },
  mcp_server: { timeout_ms: 10_000 },
  end_conversation: {
    enabled: false,
    description:
      'Ends the conversation once your reply has been given. Call it when the end user has said that there is nothing more to do, or asks to end.',
  },
  search_knowledge: {
    enabled: false,
    description:
      'Searches the knowledge bases of the organization. Call it when what you need to answer is not in the passages that you were given, with a query in the words of what you look for.',
  },
  knowledge_base: { top_n: 5, enabled: true },
  retrieval: {
    implicit: true,
    timeout_ms: 1500,
    /** Where a silence is heard. */
    timeout_ms_of_calls: 600,
    max_chunks: 20,
    max_characters: 12_000,
    window_messages: 2,
    rerank: true,
    citations: false,
  },
  instructions_mode: 'append',
  channel: { enabled: true, body_template: '{{agent_response}}' },
  analysis: { wait_ms: 5000, summary: { enabled: true, max_words: 80 } },
  inactivity: { end_after_seconds: 86_400 },
  pre_conversation_workflow: { timeout_seconds: 10 },
  form_field: { stars: 5 },
} as const

/** Maximum entries of lists and characters of texts. */
export const agentBounds = {
  name: 200,
  description: 10_000,
  /** Instructions, and every other template whose result a model or an end user sees. */
  text: 200_000,
  /** Text that is said to the end user. */
  message: 32_000,
  provider: 100,
  model: 200,
  fallbacks: 8,
  tools: 128,
  tool: { name: 64, description: 10_000, actions: 20, condition: 4000 },
  mcp_servers: 16,
  mcp_server: { name: 32, url: 2000 },
  end_conversation: { description: 10_000 },
  search_knowledge: { description: 10_000 },
  forms: 50,
  form: { id: 48, name: 200, title: 200, submit_label: 80, description: 4000, fields: 50 },
  form_field: { id: 64, label: 200, value: 1000, stars: { least: 3, most: 10 } },
  quick_actions: 50,
  quick_action: { label: 200 },
  knowledge_bases: 50,
  knowledge_base: { dataset_id: 200, datasets_of_action: 10, top_n: 100 },
  retrieval: {
    timeout_ms: { least: 100, most: 10_000 },
    max_chunks: { least: 1, most: 50 },
    max_characters: { least: 500, most: 100_000 },
    window_messages: { least: 0, most: 10 },
    instructions: 10_000,
  },
  workflow: { id: 200, step: 200, timeout_seconds: 86_400 },
  redact: 50,
  analysis: {
    success: 4000,
    outcomes: 50,
    outcome: { name: 100, description: 4000 },
    extract: { fields: 100, values: 1000 },
  },
} as const
