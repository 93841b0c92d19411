// Brings agents and their published versions over. An agent here is known by the id that it has there, in its metadata.
import { type AgentVersion, type Client, ApiError } from '@parley/sdk'
import { describeAnswer } from '../client/connection.ts'
import { complain } from '../client/output.ts'
import type { Surroundings } from '../surroundings.ts'
import { type Source, SourceError } from './source.ts'
import type { Report, State } from './state.ts'

const origin = 'anyreach_agent_id'

interface Bringing {
  state: State
  note: () => Promise<void>
  around: Surroundings
}

export async function importAgents(source: Source, client: Client, { state, note, around }: Bringing): Promise<void> {
  const here = new Map<string, string>()
  for await (const { agent_id, metadata } of client.iterate('listAgents', { limit: 100 })) {
    const known = metadata[origin]
    if (typeof known === 'string') here.set(known, agent_id)
  }
  const agents = await source((there) => Array.fromAsync(there.iterate('listAgents', { limit: 100 })))
  // Every call goes over all of them.
  Object.assign(state.report, { failed_agents: [], secrets: [], phone_numbers: 0 } satisfies Partial<Report>)
  for (const { agent_id: there } of agents) {
    try {
      await importAgent(source, client, there, { here, state })
    } catch (error) {
      if (!isAboutOne(error)) throw error
      complain(around, `agent ${there}: ${error instanceof ApiError ? describeAnswer(error) : error.message}`)
      state.report.failed_agents.push(there)
    }
    await note()
  }
}

/** Of either system; a refused key or a lost connection is about all of them. */
function isAboutOne(error: unknown): error is ApiError | SourceError {
  const isAnswer = error instanceof ApiError || error instanceof SourceError
  return isAnswer && error.status !== null && error.status !== 401 && error.status !== 403
}

interface Known {
  here: Map<string, string>
  state: State
}

async function importAgent(source: Source, client: Client, there: string, { here, state }: Known): Promise<void> {
  const { name, description, active, metadata, phone_numbers } = await source((client) =>
    client.getAgent({ agent_id: there }),
  )
  state.report.phone_numbers += phone_numbers?.length ?? 0
  let agent_id = here.get(there)
  if (agent_id === undefined) {
    const made = await client.createAgent({
      name,
      description,
      active: active ?? true,
      metadata: { ...metadata, [origin]: there },
      idempotency_key: `anyreach ${there}`,
    })
    agent_id = made.agent_id
    state.report.agents += 1
  }
  state.agents[there] = agent_id
  const versions = await source((client) => publishedVersions(client, there))
  for (const { config } of versions) noteSecrets(config, state.report)
  const present = await publishedVersions(client, agent_id)
  // They are brought over oldest first, so those here are the first of those there.
  for (const [index, version] of versions.entries())
    state.versions[version.id] = present[index]?.id ?? (await importVersion(client, agent_id, version, state))
}

/** Oldest first. */
async function publishedVersions(client: Client, agent_id: string): Promise<AgentVersion[]> {
  const found: AgentVersion[] = []
  for await (const version of client.iterate('listAgentVersions', { agent_id, published: true, limit: 20 }))
    if (version.published) found.push(version)
  return found.sort((a, b) => a.version - b.version)
}

async function importVersion(
  client: Client,
  agent_id: string,
  { id, config }: AgentVersion,
  { report }: State,
): Promise<string> {
  const made = await client.createAgentVersion({ agent_id, config, idempotency_key: `anyreach ${id}` })
  const version = String(made.version)
  await client.publishAgentVersion({ agent_id, version, idempotency_key: `anyreach publish ${id}` })
  report.versions += 1
  return made.id
}

/** Secrets are never shown by an API, so they have to be set here. */
function noteSecrets(config: AgentVersion['config'], report: Report): void {
  for (const [, name] of JSON.stringify(config).matchAll(/\bsecrets\.([A-Za-z_]\w*)/g))
    if (!report.secrets.includes(name!)) report.secrets.push(name!)
}
