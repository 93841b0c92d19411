// Stores the edited agent, and never overwrites changes by someone else.
import { ApiError } from '@parley/sdk'
import { deepEqual } from '@tanstack/react-router'
import type { Session } from '../session/session.ts'
import { type AgentDetail, type AgentDocument, type AgentVersion, agentFields, documentOf } from './document.ts'
import type { Base, Fault } from './editor-state.ts'
import { readAgent } from './use-agent.ts'

type Client = Session['client']

export type Saving =
  /** After a failure, everything was stored except the agent's own fields. */
  | { outcome: 'saved'; base: Base; failure: unknown }
  /** `theirs` is the current state of the server. */
  | { outcome: 'conflict'; theirs: Base }
  | { outcome: 'refused'; faults: Fault[] }

/** Whether someone else saved in between. Other errors are thrown. */
class Conflict extends Error {}

export async function saveDocument(client: Client, base: Base, document: AgentDocument): Promise<Saving> {
  const agent_id = base.agent.id
  try {
    // The whole configuration is checked before any part is stored.
    await client.checkAgent({ ...document, name: document.name })
    const version = await saveVersion(client, base, document)
    const saved = (agent: AgentDetail, failure: unknown = null): Saving => ({
      outcome: 'saved',
      base: { agent, version, document: documentOf(agent, version) },
      failure,
    })
    return await saveAgent(client, base, document).then(
      (changed) => saved({ ...base.agent, ...changed }),
      (failure) => saved(base.agent, failure),
    )
  } catch (error) {
    if (error instanceof ApiError && error.status === 422 && error.errors.length > 0) {
      return { outcome: 'refused', faults: error.errors }
    }
    if (isConflict(error)) return { outcome: 'conflict', theirs: await readAgent(client, agent_id) }
    throw error
  }
}

function isConflict(error: unknown): boolean {
  const codes = ['revision_mismatch', 'version_published']
  return error instanceof Conflict || (error instanceof ApiError && codes.includes(error.code ?? ''))
}

/** Only the fields that changed, because the agent has no revision to compare. */
async function saveAgent(client: Client, base: Base, document: AgentDocument) {
  const changed = agentFields.filter((field) => !deepEqual(document[field], base.document[field]))
  if (changed.length === 0) return {}
  const fields = Object.fromEntries(changed.map((field) => [field, document[field]]))
  return client.updateAgent({ agent_id: base.agent.id, ...fields })
}

async function saveVersion(client: Client, base: Base, document: AgentDocument): Promise<AgentVersion> {
  const agent_id = base.agent.id
  const { config, instruction_builder_inputs } = document
  const fields = { config, instruction_builder_inputs }
  const known = base.version
  if (known && deepEqual(contentOf(known), fields)) return known
  const newest = (await client.getAgent({ agent_id })).versions[0]
  if (newest?.version !== known?.version) throw new Conflict()
  if (known === null) return client.createAgentVersion({ agent_id, ...fields })
  const draft = known.published ? await makeDraft(client, known) : known
  return client.updateAgentVersion({
    agent_id,
    version: String(draft.version),
    if_match: String(draft.revision),
    ...fields,
  })
}

/** A published version cannot change, so a draft with its content is created. */
async function makeDraft(client: Client, known: AgentVersion): Promise<AgentVersion> {
  const draft = await client.getAgentVersion({ agent_id: known.agent_id, version: 'latest' })
  if (draft.published || !deepEqual(contentOf(draft), contentOf(known))) throw new Conflict()
  return draft
}

function contentOf({
  config,
  instruction_builder_inputs,
}: Pick<AgentVersion, 'config' | 'instruction_builder_inputs'>) {
  return { config, instruction_builder_inputs }
}
