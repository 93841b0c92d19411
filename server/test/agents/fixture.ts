// Shared by the tests of agents: a database with an organization, contexts of callers, agents.
import { randomUUID } from 'node:crypto'
import { type Scope, scopesOfRole } from '@parley/contract'
import { pino } from 'pino'
import { expect } from 'vitest'
import { systemOrigin } from '../../src/audit/entry.ts'
import type { Agents } from '../../src/agents/services.ts'
import type { Access } from '../../src/calls/access.ts'
import { createOrganization } from '../../src/access/administration.ts'
import { createAgent, createAgentVersion, publishAgentVersion } from '../../src/agents/operations.ts'
import { readConfig } from '../../src/settings.ts'
import type { Context } from '../../src/calls/context.ts'
import type { Core } from '../../src/calls/core.ts'
import { openStore } from '../../src/database/store.ts'
import { AppError } from '../../src/base/errors.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { createTestDatabase } from '../support/database.ts'

export type Fixture = Awaited<ReturnType<typeof createFixture>>

interface Power {
  scopes?: readonly Scope[]
  agent_ids?: string[]
}

export async function createFixture() {
  const { database, ...rest } = await createTestDatabase()
  const config = readConfig({})
  // The operations of this room use nothing else.
  const pieces = { begin: async () => {} }
  const core = { config, ports: systemPorts, database, pieces } as unknown as Core

  async function makeOrganization(): Promise<string> {
    const name = `Test ${randomUUID()}`
    return (await createOrganization({ database, ports: systemPorts }, { name })).organization.id
  }
  function enter(organization_id: string, power: Power = {}): Context<Agents> {
    const access: Access = {
      organization_id,
      actor: { type: 'credential', id: 'key', name: null },
      scopes: new Set(power.scopes ?? scopesOfRole.admin),
      agent_ids: power.agent_ids ? new Set(power.agent_ids) : null,
      conversation: null,
      limit_key: 'key',
    }
    const store = openStore(database, organization_id)
    const log = pino({ level: 'silent' })
    return {
      core,
      room: { reviews: [], refusals: [], listWebWidgets: async () => [] },
      request_id: 'request',
      log,
      edge: null,
      depth: 0,
      access,
      accepts_stream: false,
      key: null,
      store,
      origin: systemOrigin,
      audited: (work) => store.transaction(work),
    }
  }
  /** Resolves when this number of connections to the database wait for a lock. */
  async function untilWaiting(count: number): Promise<void> {
    const text = `select count(*) as waiting from pg_stat_activity
                  where datname = current_database() and wait_event_type = 'Lock'`
    for (let tries = 0; tries < 10_000; tries++) {
      const { rows } = await database.pool.query<{ waiting: number }>(text)
      if (rows[0]!.waiting >= count) return
    }
    expect.fail('no connection waits for a lock')
  }
  return {
    database,
    untilWaiting,
    ctx: enter(await makeOrganization()),
    makeOrganization,
    enter,
    [Symbol.asyncDispose]: rest[Symbol.asyncDispose],
  }
}

/** An agent with one published version. */
export async function makeAgent(ctx: Context<Agents>, config: object = {}) {
  const { agent_id } = await createAgent(ctx, { name: `Agent ${randomUUID()}` })
  const { id: agent_version_id } = await createAgentVersion(ctx, { agent_id, config })
  await publishAgentVersion(ctx, { agent_id, version: '1' })
  return { agent_id, agent_version_id }
}

/** The refusal of a call, in the form of the API. */
export async function refusalOf(call: Promise<unknown>) {
  const error = await call.then(
    () => expect.fail('the call was not refused'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw error
  return { error: error.error, detail: error.message, errors: error.fields.errors }
}

export const agentNotFound = { error: 'not_found', detail: 'Agent not found', errors: undefined }
export const versionNotFound = { error: 'not_found', detail: 'Agent version not found', errors: undefined }
