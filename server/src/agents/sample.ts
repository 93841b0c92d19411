// The sample agent of a new installation, so that there is an agent to talk to from the start.
import type { AgentConfig } from '@parley/contract'
import { statement } from '../database/database.ts'
import type { RootStore, Store, TransactionStore } from '../database/store.ts'
import type { JsonObject } from '../base/json.ts'
import type { Ports } from '../base/ports.ts'
import { insertAgent, insertVersion } from './queries.ts'

const instructions = `You are the support desk of Harbour Lane, a small online shop for tea, coffee and everything to brew them with.

- Answer in a friendly and brief way, in the language of the person you talk to.
- Orders leave the warehouse within two working days. Delivery takes three to five days and is free above 40 euros.
- Anything unopened can be returned within 30 days; the refund arrives within a week of the return.
- The shop answers e-mail on working days from 9 to 17 o'clock, at help@harbour-lane.example.
- Say so when you do not know something. Never invent orders, prices or promises; offer the e-mail address in their place.
{% if custom_metadata.name %}
You are talking to {{ custom_metadata.name }}.
{% endif %}`

export const sampleConfig: AgentConfig = {
  kind: 'static_prompt',
  instructions,
  starting_message:
    'Hello{% if custom_metadata.name %} {{ custom_metadata.name }}{% endif %}! This is the support desk of Harbour Lane. What can I do for you?',
}

export interface SampleAgent {
  agent_id: string
  agent_version_id: string
}

const lockStatement = statement(
  'lock_sample_agent',
  `select pg_advisory_xact_lock(hashtextextended('sample agent of ' || $1::text, 0)) as organization_id`,
)

/** What the agent has besides, and what stands on it, written in the same transaction. */
export interface SampleAdditions {
  before?(tx: TransactionStore): Promise<AgentConfig>
  after?(tx: TransactionStore, agent: SampleAgent): Promise<void>
}

/** Does nothing and returns null if the organization has or had an agent. Simultaneous calls create only one agent. */
export function createSampleAgent(
  store: RootStore,
  ports: Pick<Ports, 'newId'>,
  { before, after }: SampleAdditions = {},
): Promise<SampleAgent | null> {
  return store.transaction(async (tx) => {
    await tx.query(lockStatement, [tx.organization_id])
    if (await hasHadAgents(tx)) return null
    const config = { ...sampleConfig, ...(await before?.(tx)) }
    const agent = await insertAgent(tx, {
      id: ports.newId(),
      name: 'Sample agent',
      description: 'A small support desk to try things out with. Change it, or delete it.',
      active: true,
      is_demo: true,
      metadata: {},
    })
    const version = {
      id: ports.newId(),
      config: config as JsonObject,
      instruction_builder_inputs: null,
      warnings: [],
    }
    const { id } = await insertVersion(tx, agent.id, version, true)
    const made = { agent_id: agent.id, agent_version_id: id }
    await after?.(tx, made)
    return made
  })
}

const anyStatement = statement('has_had_agents', 'select from agents where organization_id = $1 limit 1')

export async function hasHadAgents(store: Store): Promise<boolean> {
  return (await store.query(anyStatement, [store.organization_id])).length > 0
}

const sampleStatement = statement(
  'find_sample_agent',
  `select id from agents where organization_id = $1 and is_demo and active and deleted_at is null order by created_at, id limit 1`,
)

/** The oldest demo agent, or null. */
export async function findSampleAgent(store: Store): Promise<string | null> {
  const [row] = await store.query<{ id: string }>(sampleStatement, [store.organization_id])
  return row?.id ?? null
}
