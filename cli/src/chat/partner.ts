// Who the conversation is with: an agent by its id, key or name, or a configuration in a file.
import { readFile } from 'node:fs/promises'
import type { Client, CreateConversationInput, ListedAgent } from '@parley/sdk'
import { ClientError } from '../client/faults.ts'
import { exit_codes } from '../client/output.ts'
import type { ChatFlags } from './commands.ts'

export type Partner = Pick<CreateConversationInput, 'agent_id' | 'agent_config' | 'user_id'>

export async function findPartner(
  client: Client,
  agent: string | undefined,
  { config, conversation, user }: ChatFlags,
): Promise<Partner> {
  if (config !== undefined) return { user_id: user, agent_config: await readConfiguration(config) }
  // The conversation has its agent; another one is asked for only with /new.
  if (conversation !== undefined && agent === undefined) {
    const { agent_id } = await client.getConversation({ conversation_id: conversation })
    return { user_id: user, agent_id }
  }
  return { user_id: user, agent_id: (await findAgent(client, agent)).agent_id }
}

async function findAgent(client: Client, wanted: string | undefined): Promise<ListedAgent> {
  const found: ListedAgent[] = []
  for await (const agent of client.iterate('listAgents', { limit: 100 })) {
    const names = [agent.agent_id, agent.metadata['parley_key'], agent.name]
    if (wanted === undefined ? agent.active : names.includes(wanted)) found.push(agent)
    if (wanted === undefined && found.length > 0) break
  }
  if (found.length === 1) return found[0]!
  if (found.length > 1)
    throw new ClientError(`${found.length} agents are called ${wanted}; name one by its id`, exit_codes.usage)
  throw new ClientError(
    wanted === undefined ? 'there is no active agent; create one first' : `there is no agent ${wanted}`,
    wanted === undefined ? exit_codes.failed : exit_codes.usage,
  )
}

async function readConfiguration(file: string): Promise<NonNullable<Partner['agent_config']>> {
  const { parse } = await import('yaml')
  try {
    // JSON is YAML too.
    const value: unknown = parse(await readFile(file, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    throw new ClientError(`could not read ${file}: ${(error as Error).message.split('\n', 1)[0]}`, exit_codes.usage)
  }
  throw new ClientError(`${file} must contain an agent's configuration`, exit_codes.usage)
}

export async function beginWith(client: Client, partner: Partner): Promise<{ id: string; greeting: string | null }> {
  const { conversation, starting_message } = await client.createConversation({ channel: 'text', ...partner })
  return { id: conversation.id, greeting: starting_message }
}
