// The words of agents as plain data: lists of names, defaults and bounds. It imports nothing.

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
