// The layers of the server: a folder of src imports only folders listed before it. One line for each folder, with the tables that
// only it writes. Kept by layers.test.ts.

export interface Layer {
  folder: string
  /** A room shows others its face (`<room>.ts`), its `rules/` and the folders in `open`; everything of a foundation is open. */
  kind: 'foundation' | 'room' | 'transport'
  tables?: readonly string[]
  open?: readonly string[]
}

export const layers: readonly Layer[] = [
  { folder: 'base', kind: 'foundation' },
  { folder: 'config', kind: 'foundation' },
  { folder: 'telemetry', kind: 'foundation' },
  { folder: 'outbound', kind: 'foundation' },
  { folder: 'templates', kind: 'foundation' },
  { folder: 'redaction', kind: 'foundation' },
  { folder: 'database', kind: 'foundation' },
  { folder: 'idempotency', kind: 'foundation', tables: ['idempotency_keys'] },
  { folder: 'live', kind: 'foundation', tables: ['nodes'] },
  { folder: 'work', kind: 'foundation', tables: ['work', 'work_arrivals', 'backfills'] },
  { folder: 'blobs', kind: 'foundation', tables: ['blobs', 'blob_parts', 'blob_usage'] },
  { folder: 'isolation', kind: 'foundation' },
  { folder: 'sandbox', kind: 'foundation' },
  { folder: 'sealing', kind: 'foundation', tables: ['installation'] },
  { folder: 'organization-events', kind: 'foundation', tables: ['organization_events', 'organization_event_feeds'] },
  { folder: 'audit', kind: 'foundation', tables: ['audit_chains', 'audit_entries'] },
  { folder: 'usage', kind: 'foundation' },
  { folder: 'budgets', kind: 'foundation' },
  { folder: 'calls', kind: 'foundation', tables: ['sign_in_attempts'] },
  { folder: 'statistics', kind: 'room', tables: ['statistics'] },
  { folder: 'agents', kind: 'room', tables: ['agents', 'agent_versions', 'instruction_generations'] },
  {
    folder: 'access',
    kind: 'room',
    tables: [
      'organizations',
      'users',
      'members',
      'credentials',
      'passwords',
      'identities',
      'sessions',
      'invitations',
      'ended_invitations',
      'partner_views',
    ],
  },
  { folder: 'organizations', kind: 'room' },
  { folder: 'secrets', kind: 'room', tables: ['secrets'] },
  { folder: 'models', kind: 'room' },
  { folder: 'embeddings', kind: 'room', tables: ['embedding_spaces', 'vectors', 'embedding_claims'] },
  {
    folder: 'conversations',
    kind: 'room',
    tables: [
      'conversations',
      'conversation_progress',
      'handlings',
      'transcript_items',
      'client_messages',
      'answered_widgets',
      'events',
      'turns',
      'earlier_analyses',
      'retrievals',
      'dataset_retrievals',
    ],
    open: ['machine', 'read'],
  },
  { folder: 'engine', kind: 'room', open: ['mcp'] },
  { folder: 'events', kind: 'room' },
  { folder: 'feed', kind: 'room', tables: ['conversation_changes', 'conversation_feeds'] },
  { folder: 'inactivity', kind: 'room' },
  {
    folder: 'hand-off',
    kind: 'room',
    tables: [
      'conversation_notes',
      'teams',
      'team_members',
      'people',
      'handling_facts',
      'conversation_presence',
      'canned_replies',
      'conversation_ratings',
    ],
  },
  { folder: 'analysis', kind: 'room' },
  { folder: 'authoring', kind: 'room' },
  {
    folder: 'knowledge',
    kind: 'room',
    tables: [
      ...['datasets', 'sources', 'source_contents', 'dataset_sources', 'generations', 'generation_spaces', 'chunks'],
      'held_chunks',
      ...['crawls', 'crawl_addresses', 'crawled_pages'],
      ...['dataset_words', 'word_groups', 'vector_centres', 'signed_generations', 'chunk_signs'],
    ],
  },
  {
    folder: 'web-widgets',
    kind: 'room',
    tables: [
      ...['web_widgets', 'web_widget_identity_keys', 'web_widget_blocks'],
      ...['web_widget_conversations', 'web_widget_active', 'web_widget_links', 'web_widget_feedback'],
      ...['web_widget_active_counts', 'web_widget_freed'],
      ...['web_widget_allowances', 'web_widget_days', 'web_widget_deltas', 'web_widget_reached'],
    ],
  },
  {
    folder: 'webhooks',
    kind: 'room',
    tables: ['webhook_endpoints', 'webhook_deliveries', 'webhook_lanes', 'webhook_arrivals'],
  },
  {
    folder: 'workflows',
    kind: 'room',
    tables: [
      ...['workflows', 'workflow_versions', 'workflow_connections', 'workflow_deltas', 'workflow_counts'],
      ...['workflow_definitions', 'workflow_executions', 'workflow_visits', 'workflow_execution_events'],
      ...['workflow_triggers', 'workflow_fires', 'workflow_beginnings'],
    ],
  },
  { folder: 'audit-log', kind: 'room' },
  {
    folder: 'billing',
    kind: 'room',
    tables: [
      ...['usage_entries', 'usage_totals', 'usage_recalculations', 'prices'],
      ...['budgets', 'budget_periods', 'budget_marks'],
    ],
  },
  { folder: 'system', kind: 'room' },
  { folder: 'http', kind: 'transport' },
  { folder: 'mcp', kind: 'transport', tables: ['mcp_settings'] },
  { folder: 'doctor', kind: 'transport' },
  { folder: 'backup', kind: 'transport' },
]
