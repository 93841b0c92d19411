// Creating a conversation: which agent answers, the greeting, and the first commit.
import { createHash } from 'node:crypto'
import type { AgentConfig, Input, Output } from '@parley/contract'
import { maySeeAgent } from '../../calls/access.ts'
import { readAgentConfig } from '../../agents/read-config.ts'
import { type ResolvedConfig, resolveAgentConfig, validateAgentConfig } from '../../agents/rules/config.ts'
import { listSecretReferences } from '../../agents/rules/tool-faults.ts'
import { findVersionForNewConversation, saveInlineVersion } from '../../agents/versions.ts'
import type { Context, Handler } from '../../calls/context.ts'
import type { Conversations } from '../conversations.ts'
import type { Store } from '../../database/store.ts'
import { AppError, type FieldFault, invalid, notFound } from '../../base/errors.ts'
import type { CallKey } from '../../idempotency/run-once.ts'
import { type JsonObject, canonicalJson } from '../../base/json.ts'
import { faultsOfSize } from '../../base/json-size.ts'
import { TemplateError, renderTemplate } from '../../templates/templates.ts'
import { announce } from '../commit/follow-up.ts'
import { type NewConversation, type NewEvent, insertConversation, insertHistory, isIdTaken } from '../commit/new.ts'
import { reach } from '../commit/pause-points.ts'
import { type ConversationRecord, type ItemRecord, findConversation, readFirstItem } from '../read/conversation.ts'
import { presentConversation } from '../read/present.ts'

type CreateInput = Input<'createConversation'>
type Created = Output<'createConversation'>

/** The agent's part of a new conversation. */
interface Answerer {
  agent_id: string | null
  agent_version_id: string
  config: ResolvedConfig
}

export const createConversation: Handler<'createConversation', Conversations> = async (ctx, sent) => {
  checkInput(ctx, sent)
  if (ctx.key?.bound) return replayBound(ctx, ctx.key, sent)
  const input = sent.id ? { ...sent, id: sent.id.toLowerCase() } : sent
  const fingerprint = input.id
    ? createHash('sha256')
        .update(canonicalJson(withoutNulls(input)))
        .digest()
    : null
  if (input.id && fingerprint) {
    const earlier = await replayCreation(ctx, input, fingerprint)
    if (earlier) return earlier
  }
  const generated = await generateGreetingBeforehand(ctx, input)
  const { ports } = ctx.core
  const id = input.id ?? ports.newId()
  // Read there too: once it is committed, nothing may fail that would call it refused.
  const created = await ctx.store.transaction(async (tx) => {
    await reach(ports, 'create.begun')
    const answerer = await resolveAnswerer(ctx, tx, input)
    const greeting = generated ?? renderGreeting(ctx, input, requireText(answerer))
    const isWritten = await writeConversation(ctx, tx, newConversation(id, input, answerer, fingerprint), greeting)
    if (isWritten) await ctx.key?.bind(tx, { conversation_id: id })
    await reach(ports, 'create.written')
    return isWritten ? readCreation(tx, (await findConversation(tx, id))!) : null
  })
  ctx.room.watcher.changed(ctx.store.organization_id)
  await reach(ports, 'create.committed')
  announce(ctx.core, id)
  if (!created) return (await replayCreation(ctx, input, fingerprint!))!
  return presentCreation(ctx, created, input)
}

function checkInput(ctx: Context<Conversations>, input: CreateInput): void {
  const { limits } = ctx.core.config
  const faults: FieldFault[] = []
  if ([...(input.initial_context ?? '')].length > limits.context_characters) {
    faults.push({ path: 'initial_context', message: `must have at most ${limits.context_characters} characters` })
  }
  faults.push(...faultsOfSize('custom_metadata', input.custom_metadata, limits.metadata_bytes))
  if (input.channel === 'text') faults.push(...answererFaults(ctx, input))
  if (faults.length > 0) throw invalid(...faults)
  if (input.agent_config != null) refuseSecretsOf(ctx, input.agent_config as JsonObject)
  if (input.channel !== 'text') {
    throw new AppError('channel_not_configured', `The ${input.channel} channel is not configured.`)
  }
}

function answererFaults(ctx: Context<Conversations>, input: CreateInput): FieldFault[] {
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

/** Whoever writes a configuration decides where its requests go: with a secret in one, it could be sent anywhere. */
function refuseSecretsOf({ access }: Context, config: JsonObject): void {
  const [path] = access.scopes.has('agents:manage') ? [] : listSecretReferences(config, 'agent_config')
  if (path === undefined) return
  throw new AppError(
    'forbidden',
    `Only a credential that holds agents:manage may use secrets in an inline configuration (${path}).`,
  )
}

async function resolveAnswerer(ctx: Context<Conversations>, store: Store, input: CreateInput): Promise<Answerer> {
  if (input.agent_config != null) {
    if (!maySeeAgent(ctx.access, null)) throw notFound('Agent')
    const config = resolveInline(ctx, input.agent_config)
    const stored = input.agent_config as JsonObject
    const { agent_version_id } = await saveInlineVersion(store, stored, ctx.core.ports.newId())
    return { agent_id: null, agent_version_id, config }
  }
  const ref = input.agent_version_id
    ? { agent_version_id: input.agent_version_id }
    : { agent_id: input.agent_id!, version: input.version ?? ('latest' as const) }
  const { agent_id, agent_version_id } = await findVersionForNewConversation(store, ctx.access, ref)
  const config = await readAgentConfig(store, agent_version_id, 'text', ctx.core.config.default_model)
  return { agent_id, agent_version_id, config }
}

function resolveInline(ctx: Context<Conversations>, config: NonNullable<CreateInput['agent_config']>): ResolvedConfig {
  return resolveAgentConfig(config as AgentConfig, 'text', ctx.core.config.default_model)
}

function requireText({ config }: Pick<Answerer, 'config'>): ResolvedConfig {
  if (config.channel_enabled) return config
  throw new AppError('channel_not_configured', 'The agent does not talk on the text channel.')
}

/** A model call, so it comes before the transaction (T12); null when the greeting is not the model's to write. */
async function generateGreetingBeforehand(ctx: Context<Conversations>, input: CreateInput): Promise<string | null> {
  const answerer = input.agent_config
    ? { config: resolveInline(ctx, input.agent_config) }
    : await resolveAnswerer(ctx, ctx.store, input)
  const config = requireText(answerer)
  if (config.starting_message?.type !== 'generated') return null
  const { instructions } = config.starting_message
  const variables = templateVariables(ctx, input)
  const initial_context = input.initial_context ?? null
  return ctx.room.runner.writeGreeting({
    organization_id: ctx.store.organization_id,
    config,
    instructions,
    variables,
    initial_context,
  })
}

function templateVariables(ctx: Context<Conversations>, input: CreateInput) {
  return {
    custom_metadata: (input.custom_metadata ?? {}) as JsonObject,
    user_id: input.user_id,
    channel: input.channel,
    now: new Date(ctx.core.ports.clock.now()).toISOString(),
  }
}

function renderGreeting(ctx: Context<Conversations>, input: CreateInput, config: ResolvedConfig): string | null {
  if (config.starting_message?.type !== 'static') return null
  try {
    const text = renderTemplate(config.starting_message.text, templateVariables(ctx, input))
    return text.trim() === '' ? null : text
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new AppError('template_failed', `The starting message cannot be rendered: ${error.message}.`)
  }
}

function newConversation(
  id: string,
  input: CreateInput,
  answerer: Answerer,
  content_fingerprint: Buffer | null,
): NewConversation {
  return {
    id,
    direction: 'inbound',
    channel: 'text',
    status: 'in_progress',
    user_id: input.user_id,
    agent_id: answerer.agent_id,
    agent_name: null,
    agent_version_id: answerer.agent_version_id,
    agent_number: input.agent_number ?? null,
    to_address: input.to_address ?? null,
    from_address: input.from_address ?? null,
    subject: input.subject ?? null,
    web_widget_id: null,
    trunk_id: null,
    initial_context: input.initial_context ?? null,
    custom_metadata: (input.custom_metadata ?? {}) as JsonObject,
    recording_details: null,
    content_fingerprint,
  }
}

/** Answers false when the id is taken. */
async function writeConversation(
  ctx: Context<Conversations>,
  tx: Store,
  conversation: NewConversation,
  greeting: string | null,
): Promise<boolean> {
  const { newId } = ctx.core.ports
  const created_at = await insertConversation(tx, conversation, null)
  if (created_at === null) return false
  const { channel, direction, status, user_id, agent_id, agent_version_id } = conversation
  const events: NewEvent[] = [
    { id: newId(), type: 'conversation.created', data: { channel, direction, user_id, agent_id, agent_version_id } },
    { id: newId(), type: 'conversation.started', data: { status } },
  ]
  const items = greeting === null ? [] : [greetingItem(newId(), greeting, created_at)]
  for (const { id, role, content, interrupted, turn_id } of items) {
    events.push({ id: newId(), type: 'message.created', data: { id, role, content, interrupted, turn_id } })
  }
  const progress = { user_turn_count: 0, last_activity_at: created_at, updated_at: created_at }
  await insertHistory(tx, conversation.id, items, events, progress)
  return true
}

function greetingItem(id: string, text: string, created_at: string) {
  return {
    id,
    type: 'message' as const,
    turn_id: null,
    role: 'assistant' as const,
    content: [text],
    interrupted: false,
    metrics: null,
    call_id: null,
    name: null,
    arguments: null,
    output: null,
    is_error: null,
    latency_ms: null,
    created_at,
  }
}

/** The same id and body give the first answer again, out of what never changes; anything else that has the id is a 409. */
async function replayCreation(
  ctx: Context<Conversations>,
  input: CreateInput,
  fingerprint: Buffer,
): Promise<Created | null> {
  const id = input.id!
  // Where another call commits between the two looks, the third finds it.
  const find = () => findConversation(ctx.store, id)
  const record = (await find()) ?? ((await isIdTaken(ctx.store, id)) ? ((await find()) ?? 'elsewhere') : null)
  if (record === null) return null
  if (record === 'elsewhere') throw new AppError('conversation_id_taken')
  const isSame = record.content_fingerprint?.equals(fingerprint) && maySeeAgent(ctx.access, record.agent_id)
  if (!isSame) throw new AppError('conversation_id_taken')
  return presentCreation(ctx, await readCreation(ctx.store, record), input)
}

async function replayBound(ctx: Context<Conversations>, key: CallKey, input: CreateInput): Promise<Created> {
  const record = await findConversation(ctx.store, key.bound!.conversation_id!)
  if (!record || !maySeeAgent(ctx.access, record.agent_id)) throw notFound('Conversation')
  key.markReplayed()
  return presentCreation(ctx, await readCreation(ctx.store, record), input)
}

function asCreated(record: ConversationRecord, input: CreateInput): ConversationRecord {
  return {
    ...record,
    status: 'in_progress',
    custom_metadata: (input.custom_metadata ?? {}) as JsonObject,
    updated_at: record.created_at,
    last_activity_at: record.created_at,
    ended_at: null,
    duration: null,
    user_turn_count: 0,
    end_reason: null,
    ended_by: null,
    analysis_status: 'none',
    analysis_reason: null,
    summary: null,
  }
}

interface Creation {
  record: ConversationRecord
  first: ItemRecord | null
}

async function readCreation(store: Store, record: ConversationRecord): Promise<Creation> {
  return { record, first: await readFirstItem(store, record.id) }
}

/** The answer tells the conversation as it was at its first commit, whatever has happened since. */
function presentCreation(ctx: Context<Conversations>, { record, first }: Creation, input: CreateInput): Created {
  const greeting = first?.role === 'assistant' && first.turn_id === null ? first : null
  const conversation = presentConversation(ctx.access, asCreated(record, input), {
    items: greeting ? [greeting] : [],
    next_position: null,
  })
  return { conversation, starting_message: greeting?.content?.join('') ?? null }
}

function withoutNulls(input: CreateInput): object {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined))
}
