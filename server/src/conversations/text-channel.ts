// The text channel: what a new conversation on it needs. Readers get the agent's messages from the event log.
import { listSecretReferences } from '../agents/rules/tool-faults.ts'
import { validateAgentConfig } from '../agents/rules/config.ts'
import { listDatasets } from '../agents/rules/knowledge.ts'
import { listWorkflowUses } from '../agents/rules/workflows.ts'
import { faultsOfSize } from '../base/json-size.ts'
import { AppError, type FieldFault, invalid } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Context } from '../calls/context.ts'
import type { BegunConversation, ChannelPort, CreateInput } from './channel-port.ts'

export const textChannel: ChannelPort = {
  name: 'text',
  async begin(ctx, input) {
    checkInput(ctx, input, answererFaults(ctx, input))
    return begunBy(input)
  },
}

/** For a channel that is not configured. */
export async function refuseChannel(ctx: Context, input: CreateInput): Promise<never> {
  checkInput(ctx, input, [])
  throw new AppError('channel_not_configured', `The ${input.channel} channel is not configured.`)
}

/** The checks that every channel makes; `more` holds the faults that the channel found itself. */
export function checkInput(ctx: Context, input: CreateInput, more: FieldFault[]): void {
  const { limits } = ctx.core.config
  const faults: FieldFault[] = []
  if ([...(input.initial_context ?? '')].length > limits.context_characters) {
    faults.push({ path: 'initial_context', message: `must have at most ${limits.context_characters} characters` })
  }
  faults.push(...faultsOfSize('custom_metadata', input.custom_metadata, limits.metadata_bytes), ...more)
  if (faults.length > 0) throw invalid(...faults)
  if (input.agent_config == null) return
  refuseSecretsOf(ctx, input.agent_config as JsonObject)
  refuseDatasetsOf(ctx, input.agent_config as JsonObject)
  refuseWorkflowsOf(ctx, input.agent_config as JsonObject)
}

/** A conversation needs exactly one agent, given in one of three ways. */
export function answererFaults(ctx: Context, input: CreateInput): FieldFault[] {
  const given = (['agent_id', 'agent_version_id', 'agent_config'] as const).filter((name) => input[name] != null)
  const faults: FieldFault[] = []
  if (given.length !== 1) {
    faults.push({ path: '', message: 'exactly one of agent_id, agent_version_id and agent_config is needed' })
  }
  if (input.version != null && input.agent_id == null) {
    faults.push({ path: 'version', message: 'can only be given with agent_id' })
  }
  if (input.agent_config != null) {
    faults.push(...validateAgentConfig(input.agent_config, ctx.core.config.limits, 'agent_config').faults)
  }
  return faults
}

/** The author of a configuration decides where its requests go, so they could send a secret anywhere. */
function refuseSecretsOf({ access }: Context, config: JsonObject): void {
  const [path] = access.scopes.has('agents:manage') ? [] : listSecretReferences(config, 'agent_config')
  if (path === undefined) return
  throw new AppError(
    'forbidden',
    `Secrets in an inline configuration need a credential with the scope agents:manage (${path}).`,
  )
}

const readers = ['sources:read', 'sources:manage', 'agents:manage'] as const

/** The agent answers with what the dataset says, so its sender must be allowed to read that. */
function refuseDatasetsOf({ access }: Context, config: JsonObject): void {
  const [named] = readers.some((scope) => access.scopes.has(scope)) ? [] : listDatasets(config, 'agent_config')
  if (named === undefined) return
  throw new AppError(
    'forbidden',
    `Datasets in an inline configuration need a credential with one of the scopes ${readers.join(', ')} (${named.path}).`,
  )
}

/** A workflow acts in the name of others, and uses secrets and connections. */
function refuseWorkflowsOf({ access }: Context, config: JsonObject): void {
  const [used] = access.scopes.has('agents:manage') ? [] : listWorkflowUses(config, 'agent_config')
  if (used === undefined) return
  throw new AppError(
    'forbidden',
    `Workflows in an inline configuration need a credential with the scope agents:manage (${used.path}).`,
  )
}

/** As the call describes it; what only some channels know is null. */
export function begunBy(input: CreateInput): BegunConversation {
  return {
    direction: 'inbound',
    channel: input.channel,
    user_id: input.user_id,
    agent_number: input.agent_number ?? null,
    to_address: input.to_address ?? null,
    from_address: input.from_address ?? null,
    subject: input.subject ?? null,
    web_widget_id: null,
    trunk_id: null,
    initial_context: input.initial_context ?? null,
    custom_metadata: (input.custom_metadata ?? {}) as JsonObject,
    recording_details: null,
  }
}
