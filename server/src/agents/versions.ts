// Agent versions for other rooms: finds the one that answers a new conversation, and stores inline configurations.
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { type Access, maySeeAgent } from '../calls/access.ts'
import { statement } from '../database/database.ts'
import { rowOf } from '../database/rows.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import { AppError, notFound } from '../base/errors.ts'
import { type JsonObject, canonicalJson } from '../base/json.ts'
import { isUuid } from '../base/ports.ts'

export type VersionReference = { agent_id: string; version: number | 'latest' } | { agent_version_id: string }

export interface ChosenVersion {
  agent_id: string
  agent_name: string
  agent_version_id: string
}

/** What was chosen before. It may hold no more, which `stillChosen` finds out. */
const chosen_before = new LRUCache<string, ChosenVersion>({ max: 10_000 })

const nameOf = (organization_id: string, reference: VersionReference) =>
  `${organization_id} ${canonicalJson(reference)}`

/** The version that will be found for a new conversation, if nothing has changed; null: not known. */
export function foreseeVersion(
  organization_id: string,
  access: Access,
  reference: VersionReference,
): ChosenVersion | null {
  const chosen = chosen_before.get(nameOf(organization_id, reference))
  return chosen && maySeeAgent(access, chosen.agent_id) ? chosen : null
}

/**
 * The agents of foreseen versions, joined to `given` rows that have `organization_id`, `agent_id`, `agent_version_id` and `is_latest`: a row
 * stays if the version would be found again. Agents are locked as below; those that another transaction is changing are left out.
 */
export const stillChosen = (given: string) => `cross join ${rowOf('agents', 'agent', `agent.id = ${given}.agent_id`, {
  columns: 'organization_id, name, active, deleted_at',
  lock: 'for share skip locked',
})}
     cross join ${rowOf('agent_versions', 'v', `v.id = ${given}.agent_version_id`, { columns: 'agent_id, version, published' })}
     where agent.organization_id = ${given}.organization_id and agent.active and agent.deleted_at is null
       and v.agent_id = ${given}.agent_id and v.published
       and not (${given}.is_latest and exists (select from agent_versions newer
                where newer.agent_id = v.agent_id and newer.published and newer.version > v.version))`

interface ChosenRow {
  agent_id: string
  agent_name: string
  active: boolean
  agent_version_id: string | null
  published: boolean | null
}

/*
 * Both statements take a share lock on the agent, so that it cannot be deleted or deactivated until the caller's transaction
 * has written the conversation. A key share lock would not block those two: they change no key, so their lock is compatible
 * with it. Share locks are compatible with each other, so creations do not wait for each other.
 */
const versionOfAgent = statement(
  'agents_version_of_agent',
  `select a.id as agent_id, a.name as agent_name, a.active, v.id as agent_version_id, v.published
   from agents a left join lateral (
     select id, published from agent_versions
     where agent_id = a.id and case when $3::integer is null then published else version = $3 end
     order by version desc limit 1
   ) v on true
   where a.id = $2 and a.organization_id = $1 and a.deleted_at is null
   for share of a`,
)
const versionById = statement(
  'agents_version_by_id',
  `select a.id as agent_id, a.name as agent_name, a.active, v.id as agent_version_id, v.published
   from agent_versions v join agents a on a.id = v.agent_id
   where v.id = $2 and v.organization_id = $1 and a.deleted_at is null
   for share of a`,
)

/**
 * Must be called in the transaction that creates the conversation, with whose beginning it is sent. Agents that the caller may not see are
 * not found.
 */
export async function findVersionForNewConversation(
  tx: Pick<TransactionStore, 'organization_id' | 'readAtBegin'>,
  access: Access,
  reference: VersionReference,
): Promise<ChosenVersion> {
  const isById = 'agent_version_id' in reference
  const what = isById ? 'Agent version' : 'Agent'
  const id = isById ? reference.agent_version_id : reference.agent_id
  if (!isUuid(id)) throw notFound(what)
  const [row] = isById
    ? await tx.readAtBegin<ChosenRow>(versionById, [tx.organization_id, id])
    : await tx.readAtBegin<ChosenRow>(versionOfAgent, [tx.organization_id, id, numberOf(reference.version)])
  if (!row || !maySeeAgent(access, row.agent_id)) throw notFound(what)
  if (!row.active) throw new AppError('agent_inactive')
  const { agent_id, agent_name, agent_version_id, published } = row
  if (agent_version_id === null && !isById && reference.version !== 'latest') throw notFound('Agent version')
  if (agent_version_id === null)
    throw new AppError('version_not_published', 'The agent has no published version. Publish one first.')
  if (!published) throw new AppError('version_not_published')
  const chosen = { agent_id, agent_name, agent_version_id }
  chosen_before.set(nameOf(tx.organization_id, reference), chosen)
  return chosen
}

function numberOf(version: number | 'latest'): number | null {
  return version === 'latest' ? null : version
}

const versionToPin = statement(
  'agents_version_to_pin',
  `select a.name as agent_name, v.id as agent_version_id
   from agents a left join lateral (
     select id from agent_versions
     where agent_id = a.id and case when $3::uuid is null then published else id = $3 end
     order by version desc limit 1
   ) v on true
   where a.id = $2 and a.organization_id = $1 and a.deleted_at is null
   for share of a`,
)

/**
 * The version of an agent with this id, or the newest published one; `agent_version_id` is null if the agent has no such version. Until the caller's
 * transaction ends, the agent cannot be deleted. Null: the caller may see no such agent.
 */
export async function findVersionToPin(
  store: Store,
  access: Access,
  agent_id: string,
  version: { id: string } | 'newest published',
): Promise<{ agent_name: string; agent_version_id: string | null } | null> {
  if (!isUuid(agent_id) || !maySeeAgent(access, agent_id.toLowerCase())) return null
  const id = version === 'newest published' ? null : version.id
  const [row] = await store.query<{ agent_name: string; agent_version_id: string | null }>(versionToPin, [
    store.organization_id,
    agent_id,
    id,
  ])
  return row ?? null
}

const inlineByHash = statement(
  'agents_inline_by_hash',
  'select id from agent_versions where organization_id = $1 and content_hash = $2 and agent_id is null',
)
const insertInline = statement(
  'agents_insert_inline',
  `insert into agent_versions (id, organization_id, published, published_at, config, content_hash)
   values ($3, $1, true, clock_timestamp(), $4, $2)
   on conflict (organization_id, content_hash) where agent_id is null do nothing
   returning id`,
)

/** Stores an inline configuration, validated by the caller, once for each distinct content. */
export async function saveInlineVersion(
  store: Store,
  config: JsonObject,
  new_id: string,
): Promise<{ agent_version_id: string }> {
  const hash = createHash('sha256').update(canonicalJson(config)).digest()
  const key = [store.organization_id, hash]
  const find = async () => (await store.query<{ id: string }>(inlineByHash, key))[0]
  const insert = async () =>
    (await store.query<{ id: string }>(insertInline, [...key, new_id, JSON.stringify(config)]))[0]
  // It usually exists already. If another transaction is inserting it, our insert waits for that and then finds it.
  const row = (await find()) ?? (await insert()) ?? (await find())
  if (!row) throw new Error('an inline configuration was neither inserted nor found')
  return { agent_version_id: row.id }
}

const countAgents = statement(
  'agents_count_existing',
  `select count(*) as count from agents
   where organization_id = $1 and id = any($2::uuid[]) and deleted_at is null`,
)

/** Whether all these agents exist. */
export async function agentsExist(store: Store, agent_ids: readonly string[]): Promise<boolean> {
  if (!agent_ids.every(isUuid)) return false
  const distinct = new Set(agent_ids.map((id) => id.toLowerCase()))
  const [row] = await store.query<{ count: number }>(countAgents, [store.organization_id, [...distinct]])
  return row?.count === distinct.size
}
