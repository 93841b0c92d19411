// Row types of every table, one interface each, as the driver returns them. Timestamps are RFC 3339 text.
import type { ColumnType, Generated } from 'kysely'
import type { JsonObject, JsonValue } from '../base/json.ts'

/** JSON goes in as text and comes out parsed. */
export type Json<T> = ColumnType<T, string, string>
export type NullableJson<T> = ColumnType<T | null, string | null | undefined, string | null>
type Text = string | null

export interface Tables {
  installation: { only_row: Generated<boolean>; secret_key_fingerprint: string; created_at: Generated<string> }
  organizations: OrganizationRow
  users: { id: string; email: string; name: Text; created_at: Generated<string> }
  members: { organization_id: string; user_id: string; role: string; created_at: Generated<string> }
  credentials: CredentialRow
  agents: AgentRow
  agent_versions: AgentVersionRow
  conversations: ConversationRow
  conversation_progress: ProgressRow
  transcript_items: TranscriptItemRow
  turns: TurnRow
  events: EventRow
  webhook_endpoints: WebhookEndpointRow
  webhook_deliveries: WebhookDeliveryRow
  secrets: SecretRow
  passwords: { user_id: string; hash: string; is_vouched: boolean; changed_at: Generated<string> }
  identities: { issuer: string; subject: string; user_id: string; created_at: Generated<string> }
  sessions: SessionRow
  invitations: InvitationRow
  sign_in_attempts: { subject: Buffer; full_at: string }
}

interface SessionRow {
  id: string
  token_hash: Buffer
  way: string
  organization_id: string
  user_id: Text
  key_id: Text
  created_at: Generated<string>
  last_used_at: Generated<string>
  expires_at: string
}

interface InvitationRow {
  id: string
  organization_id: string
  token_hash: Buffer
  email: string
  role: string
  name: Text
  invited_by: Json<{ type: string; id: string | null; name: string | null }>
  created_at: Generated<string>
  expires_at: string
}

interface OrganizationRow {
  id: string
  name: string
  slug: string
  settings: Json<JsonObject>
  created_at: Generated<string>
}

interface CredentialRow {
  key_id: string
  organization_id: Text
  user_id: Text
  name: string
  secret_hash: Buffer
  role: Text
  scopes: string[] | null
  agent_ids: string[] | null
  expires_at: Text
  created_at: Generated<string>
  last_used_at: Text
  minted_by_session: Text
}

interface AgentRow {
  id: string
  organization_id: string
  name: string
  description: Text
  active: boolean
  is_demo: boolean
  metadata: Json<JsonObject>
  created_at: Generated<string>
  updated_at: Generated<string>
  deleted_at: Text
}

interface AgentVersionRow {
  id: string
  organization_id: string
  agent_id: Text
  version: number | null
  published: boolean
  published_at: Text
  config: Json<JsonObject>
  content_hash: Buffer | null
  revision: Generated<number>
  instruction_builder_inputs: NullableJson<JsonObject>
  warnings: Generated<string[]>
  created_at: Generated<string>
  updated_at: Generated<string>
}

interface ConversationRow {
  id: string
  organization_id: string
  direction: string
  channel: string
  status: string
  user_id: string
  agent_id: Text
  agent_name: Text
  agent_version_id: Text
  agent_number: Text
  to_address: Text
  from_address: Text
  subject: Text
  web_widget_id: Text
  trunk_id: Text
  initial_context: Text
  custom_metadata: Json<JsonObject>
  recording_details: NullableJson<JsonObject>
  created_at: string
  ended_at: Text
  duration: number | null
  end_reason: Text
  ended_by: NullableJson<JsonObject>
  ending: NullableJson<JsonObject>
  analysis_status: Generated<string>
  analysis_reason: Text
  analysis_due_at: Text
  analysis_run: Generated<number>
  summary: Text
  content_fingerprint: Buffer | null
  deleted_at: Text
}

interface ProgressRow {
  conversation_id: string
  organization_id: string
  next_position: Generated<number>
  next_sequence: Generated<number>
  next_turn: Generated<number>
  user_turn_count: Generated<number>
  last_activity_at: string
  updated_at: string
}

interface TranscriptItemRow {
  conversation_id: string
  position: number
  organization_id: string
  id: string
  type: string
  turn_id: Text
  role: Text
  content: string[] | null
  interrupted: boolean | null
  metrics: NullableJson<JsonObject>
  call_id: Text
  name: Text
  arguments: NullableJson<JsonObject>
  output: NullableJson<JsonValue>
  is_error: boolean | null
  latency_ms: number | null
  created_at: string
}

interface TurnRow {
  id: string
  organization_id: string
  conversation_id: string
  sequence: number
  status: string
  outcome: Text
  concurrency: string
  interactivity: string
  agent_version_id: string
  attempts: Generated<number>
  lease: number | null
  lease_expires_at: Text
  node_id: Text
  accepted_by: string
  partial_text: Text
  partial_step: number | null
  steps: Generated<number>
  input_tokens: number | null
  output_tokens: number | null
  error: Text
  queued_at: string
  started_at: Text
  deadline_at: Text
  finished_at: Text
  messages_of: Text
}

interface EventRow {
  conversation_id: string
  sequence: number
  organization_id: string
  id: string
  type: string
  occurred_at: string
  data: Json<JsonObject>
}

interface WebhookEndpointRow {
  id: string
  organization_id: string
  url: string
  description: Text
  events: string[]
  agent_id: Text
  active: boolean
  secret: Buffer
  previous_secret: Buffer | null
  previous_secret_expires_at: Text
  failing_since: Text
  disabled_at: Text
  disabled_reason: Text
  created_at: Generated<string>
  updated_at: Generated<string>
  deleted_at: Text
}

interface WebhookDeliveryRow {
  id: string
  endpoint_id: string
  organization_id: string
  lane: string
  conversation_id: Text
  sequence: number
  event_id: string
  type: string
  data: NullableJson<JsonObject>
  status: Generated<string>
  tries_made: Generated<number>
  tries: Json<JsonValue[]>
  created_at: string
  finished_at: Text
}

interface SecretRow {
  organization_id: string
  name: string
  value: Buffer
  created_at: Generated<string>
  updated_at: Generated<string>
}
