// Finds the agent and version of a call among those that the caller may see, and creates the draft for `latest`.
import { type Access, maySeeAgent } from '../calls/access.ts'
import type { Context } from '../calls/context.ts'
import type { Store } from '../database/store.ts'
import { notFound } from '../base/errors.ts'
import { isUuid } from '../base/ports.ts'
import * as queries from './queries.ts'
import type { AgentRecord, NewVersion, VersionRecord } from './queries.ts'

export const max_integer = 2_147_483_647

/** An agent that the caller may not see counts as not found. */
export function visibleAgentId(access: Access, agent_id: string): string {
  const id = agent_id.toLowerCase()
  if (!isUuid(id) || !maySeeAgent(access, id)) throw notFound('Agent')
  return id
}

export async function requireAgent(ctx: Context, agent_id: string): Promise<AgentRecord> {
  const agent = await queries.findAgent(ctx.store, visibleAgentId(ctx.access, agent_id))
  if (!agent) throw notFound('Agent')
  return agent
}

/** `version` is a number or `latest`; any other value is not found. */
export async function requireVersion(store: Store, agent_id: string, version: string): Promise<VersionRecord> {
  const isNumber = /^[1-9]\d{0,9}$/.test(version) && Number(version) <= max_integer
  const found =
    isNumber || version === 'latest'
      ? await queries.findVersion(store, agent_id, isNumber ? Number(version) : 'latest')
      : undefined
  if (!found) throw notFound('Agent version')
  return found
}

const empty = { config: {}, instruction_builder_inputs: null, warnings: [] }

/** The newest version if it is a draft, otherwise a new draft that copies it; of an agent without versions an empty one. */
export function makeDraft(ctx: Context, agent_id: string): Promise<VersionRecord> {
  return withAgentLocked(ctx, agent_id, async (tx) => {
    const newest = await queries.findVersion(tx, agent_id, 'latest')
    if (newest && !newest.published) return newest
    const copy: NewVersion = { ...(newest ?? empty), id: ctx.core.ports.newId() }
    return queries.insertVersion(tx, agent_id, copy)
  })
}

/** A version as it is, or for `latest` the draft, which is created if necessary. */
export async function requireVersionOrDraft(ctx: Context, agent_id: string, version: string): Promise<VersionRecord> {
  if (version !== 'latest') return requireVersion(ctx.store, agent_id, version)
  const newest = await queries.findVersion(ctx.store, agent_id, 'latest')
  return newest && !newest.published ? newest : makeDraft(ctx, agent_id)
}

export function withAgentLocked<T>(ctx: Context, agent_id: string, work: (tx: Store) => Promise<T>): Promise<T> {
  return ctx.store.transaction(async (tx) => {
    if (!(await queries.lockAgent(tx, agent_id))) throw notFound('Agent')
    return work(tx)
  })
}
