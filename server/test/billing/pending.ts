// Rows of usage_pending as calls leave them, written directly.
import { randomUUID } from 'node:crypto'
import { type Database, acrossOrganizations } from '../../src/database/database.ts'

export interface PendingCall {
  id?: string
  organization_id: string
  at: string
  kind?: string
  purpose?: string
  agent_id?: string | null
  conversation_id?: string | null
  turn_id?: string | null
  provider?: string | null
  model?: string | null
  outcome?: string | null
  input_tokens?: number | null
  cached_input_tokens?: number | null
  cache_write_tokens?: number | null
  output_tokens?: number | null
  quantity?: string | null
  unit?: string | null
  open_until?: string | null
}

const columns = [
  ...['id', 'organization_id', 'at', 'kind', 'purpose', 'agent_id', 'conversation_id', 'turn_id', 'provider', 'model'],
  ...['outcome', 'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'quantity', 'unit'],
  'open_until',
]

const types = `id uuid, organization_id uuid, at timestamptz, kind text, purpose text, agent_id uuid, conversation_id uuid, turn_id uuid,
  provider text, model text, outcome text, input_tokens bigint, cached_input_tokens bigint, cache_write_tokens bigint,
  output_tokens bigint, quantity numeric, unit text, open_until timestamptz`

const insertPending = acrossOrganizations(
  'tests leave calls of several',
  'test_insert_pending',
  `insert into usage_pending (${columns.join(', ')}) select ${columns.join(', ')} from jsonb_to_recordset($1::jsonb) as r(${types})`,
)

/** Calls of a model, unless they say otherwise. */
export async function leaveCalls(database: Database, calls: readonly PendingCall[]): Promise<string[]> {
  const rows = calls.map((call) => ({
    id: randomUUID(),
    ...{ kind: 'model_call', purpose: 'reply', outcome: 'ok' },
    ...{ provider: 'openai', model: 'scripted' },
    ...call,
  }))
  await database.query(insertPending, [JSON.stringify(rows)])
  return rows.map(({ id }) => id)
}
