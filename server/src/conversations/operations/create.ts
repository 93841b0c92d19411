// Creates a conversation: selects the agent, writes the greeting, and makes the first commit.
import { createHash } from 'node:crypto'
import type { AgentConfig } from '@parley/contract'
import {
  type VersionReference,
  findVersionForNewConversation,
  foreseeVersion,
  readAgentConfig,
  saveInlineVersion,
} from '../../agents/agents.ts'
import { maySeeAgent } from '../../calls/access.ts'
import { type ResolvedConfig, resolveAgentConfig } from '../../agents/rules/config.ts'
import { storedRuleFaults } from '../../agents/rules/retention.ts'
import { limitFaults } from '../../base/faults.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { BeginningNotReady, type Conversations } from '../services.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { AppError, notFound } from '../../base/errors.ts'
import type { CallKey } from '../../idempotency/run-once.ts'
import { type JsonObject, canonicalJson } from '../../base/json.ts'
import { describeTemplateFault, logTemplateFault } from '../../templates/faults.ts'
import { TemplateError, renderTemplate } from '../../templates/templates.ts'
import { announce } from '../commit/follow-up.ts'
import type { BegunConversation, CreateInput } from '../channel-port.ts'
import { channelRules } from '../machine/channels.ts'
import { recordAtBirth } from '../machine/birth.ts'
import { decideBirth, stateAtBirth } from '../machine/decisions.ts'
import { planOf } from '../machine/plan.ts'
import type { NewConversation } from '../machine/rows.ts'
import { refuseOverBudget } from '../over-budget.ts'
import { refuseChannel } from '../text-channel.ts'
import { describeCommit } from '../commit/commit.ts'
import { holdBack, noteDepth } from '../commit/around-workflows.ts'
import { isIdTaken } from '../commit/new.ts'
import { type Born, insertBirth } from '../commit/new-one.ts'
import { traced } from '../../telemetry/traces.ts'
import { reach } from '../commit/pause-points.ts'
import { findConversation } from '../read/conversation.ts'
import {
  type Created,
  type Creation,
  type NewCreation,
  presentBegun,
  presentCreation,
  presentEarlier,
} from './present-creation.ts'

const unusable_rules =
  "The agent's version has redaction rules that cannot be used. Correct them in a new version and publish it."

/** The agent's part of a new conversation. */
interface Answerer {
  agent_id: string | null
  agent_name: string | null
  agent_version_id: string
  config: ResolvedConfig
}

export const createConversation: Handler<'createConversation', Conversations> = (ctx, input) =>
  createConversationWith(ctx, input, null)

/** What a room adds to a conversation that it creates. It has looked at the version, if the request names one. */
export interface CreationAdditions {
  /** A new id, which a request without one gets. */
  new_id: string
  web_widget_id: string | null
  /** Part of the commit, beside the history of the conversation; what it throws undoes the creation. */
  alongside(tx: TransactionStore, conversation: { id: string; created_at: string }): Promise<void>
}

/** The operation, with what a room adds to it. */
export async function createConversationWith(
  ctx: Context<Conversations>,
  sent: CreateInput,
  more: CreationAdditions | null,
): Promise<Created> {
  const port = ctx.room.commits.channels.get(sent.channel)
  const begun = port ? await port.begin(ctx, sent) : await refuseChannel(ctx, sent)
  if (ctx.key?.bound) return replayBound(ctx, ctx.key, sent)
  const input = sent.id ? { ...sent, id: sent.id.toLowerCase() } : sent
  const fingerprint = input.id
    ? createHash('sha256')
        .update(canonicalJson(withoutNulls(input)))
        .digest()
    : null
  if (input.id && fingerprint) {
    await ctx.key?.requireNew()
    const earlier = await replayCreation(ctx, input, fingerprint)
    if (earlier) return earlier
  }
  await refuseOverBudget(ctx, begun, widgetOf(more), input.agent_id)
  const id = input.id ?? more?.new_id ?? ctx.core.ports.newId()
  const created = await createOnce(ctx, { input, fingerprint, id, begun, more })
  ctx.room.watcher.changed(ctx.store.organization_id)
  await reach(ctx.core.ports, 'create.committed')
  announce(ctx.core, id)
  if (!created) return (await replayCreation(ctx, input, fingerprint!))!
  return created.is_held_back ? presentBegun(ctx, created.record) : presentCreation(ctx, created, input)
}

const most_preparations = 3

interface Wanted {
  input: CreateInput
  fingerprint: Buffer | null
  id: string
  begun: BegunConversation
  more: CreationAdditions | null
}

/** Null: the id is taken. */
async function createOnce(ctx: Context<Conversations>, wanted: Wanted): Promise<NewCreation | null> {
  const { input, more } = wanted
  const foreseen = await createForeseen(ctx, wanted)
  if (foreseen) return foreseen
  const known = await foreseeConfig(ctx, input, more)
  // What precedes the conversation may change what its greeting says, so then it is written later.
  let written = known && known.workflows.before === null ? await writeGreetingBeforehand(ctx, wanted, known) : null
  for (let tries = 1; ; tries += 1) {
    try {
      return await commitCreation(ctx, wanted, written)
    } catch (error) {
      if (input.id && ctx.room.beginnings.isTaken(error)) return null
      if (tries > most_preparations) throw error
      if (error instanceof GreetingNeeded) written = await writeGreetingBeforehand(ctx, wanted, error.config)
      else if (error instanceof BeginningNotReady) await error.prepare()
      else throw error
    }
  }
}

/**
 * With others, if the version that will answer is known from an earlier creation: the statement finds out whether it still is the one. Null: it
 * has to be found first.
 */
async function createForeseen(
  ctx: Context<Conversations>,
  { input, fingerprint, id, begun, more }: Wanted,
): Promise<NewCreation | null> {
  const { organization_id } = ctx.store
  if (more || fingerprint || input.agent_config || ctx.depth > 0) return null
  const reference = referenceOf(input)
  const chosen = foreseeVersion(organization_id, ctx.access, reference)
  if (!chosen) return null
  const born = await planForeseen(ctx, input, begun, chosen).then(
    (planned) => {
      if (!planned) return null
      const { config, greeting } = planned
      const conversation = newConversation(id, begun, { ...chosen, config }, null)
      const plan = planBirth(ctx, conversation, greeting)(new Date(ctx.core.ports.clock.now()).toISOString())
      const is_latest = 'agent_id' in reference && reference.version === 'latest'
      return ctx.room.commits.create({ organization_id, conversation, plan, is_latest, key: ctx.key })
    },
    // What refuses it is decided by what is stored now.
    (error: unknown) => {
      if (error instanceof AppError || error instanceof GreetingNeeded) return null
      throw error
    },
  )
  if (!born) return null
  const created = creationOf(born, organization_id, born.agent_name)
  ctx.room.kept.noteBirth(created.record, { items: born.items.length, events: born.events })
  return { ...created, is_held_back: false }
}

/** Null: something precedes it. */
async function planForeseen(
  ctx: Context<Conversations>,
  input: CreateInput,
  begun: BegunConversation,
  { agent_id, agent_version_id }: { agent_id: string | null; agent_version_id: string },
) {
  await refuseOverBudget(ctx, begun, widgetOf(null), agent_id)
  const config = await readUsableConfig(ctx, ctx.store, input, agent_version_id)
  requireChannel(input, { config })
  if (config.workflows.before !== null) return null
  if (config.starting_message?.type === 'generated') throw new GreetingNeeded(config)
  return { config, greeting: renderGreeting(ctx, input, config) }
}

/** The model has to write the greeting of the version that the transaction has found, which takes too long for it (T12). */
class GreetingNeeded extends Error {
  readonly config: ResolvedConfig
  constructor(config: ResolvedConfig) {
    super('the greeting is not written yet')
    this.config = config
  }
}

/** `generated`: what the model wrote. */
function commitCreation(
  ctx: Context<Conversations>,
  { input, fingerprint, id, begun, more }: Wanted,
  generated: string | null,
): Promise<NewCreation | null> {
  const { ports, traces } = ctx.core
  const write = async (tx: TransactionStore) => {
    await reach(ports, 'create.begun')
    const findBeginning = ctx.room.beginnings.look(tx)
    const answerer = await resolveAnswerer(ctx, tx, input)
    await refuseOverBudget(ctx, begun, widgetOf(more), answerer.agent_id)
    const config = requireChannel(input, answerer)
    const row = newConversation(id, more ? { ...begun, ...widgetOf(more) } : begun, answerer, fingerprint)
    const { agent_name } = answerer
    const before = await findBeginning({ config, conversation: row, agent_name, depth: ctx.depth })
    const isHeld = before?.holds ?? false
    if (!isHeld && generated === null && config.starting_message?.type === 'generated') throw new GreetingNeeded(config)
    const greeting = isHeld ? null : (generated ?? renderGreeting(ctx, input, config))
    await before?.write(tx)
    const born = isHeld ? { ...row, status: 'triggered' as const } : row
    const created = await writeConversation(ctx, tx, born, answerer, greeting, more)
    if (created !== null && ctx.depth > 0) noteDepth(tx, id, ctx.depth)
    if (created !== null && isHeld) holdBack(tx, id)
    if (created !== null) await ctx.key?.bind(tx, { conversation_id: id })
    await reach(ports, 'create.written')
    return created && { ...created, is_held_back: isHeld }
  }
  return traced(traces, 'commit', describeCommit({ change: 'create', id }), () => ctx.store.transaction(write))
}

const widgetOf = (more: CreationAdditions | null) => ({ web_widget_id: more?.web_widget_id ?? null })

async function resolveAnswerer(
  ctx: Context<Conversations>,
  tx: TransactionStore,
  input: CreateInput,
): Promise<Answerer> {
  if (input.agent_config != null) {
    if (!maySeeAgent(ctx.access, null)) throw notFound('Agent')
    const config = resolveInline(ctx, input, input.agent_config)
    const stored = input.agent_config as JsonObject
    const { agent_version_id } = await saveInlineVersion(tx, stored, ctx.core.ports.newId())
    return { agent_id: null, agent_name: null, agent_version_id, config }
  }
  const chosen = await findVersionForNewConversation(tx, ctx.access, referenceOf(input))
  return { ...chosen, config: await readUsableConfig(ctx, tx, input, chosen.agent_version_id) }
}

const referenceOf = ({ agent_id, agent_version_id, version }: CreateInput): VersionReference =>
  agent_version_id ? { agent_version_id } : { agent_id: agent_id!, version: version ?? 'latest' }

async function readUsableConfig(
  { core }: Context<Conversations>,
  store: Store,
  { channel }: CreateInput,
  agent_version_id: string,
): Promise<ResolvedConfig> {
  const config = await readAgentConfig(store, agent_version_id, channel, core.config.default_model)
  const errors = storedRuleFaults(config.retention)
  if (errors.length > 0) throw new AppError('validation_failed', unusable_rules, { errors: limitFaults(errors) })
  return config
}

function resolveInline(
  { core }: Context<Conversations>,
  { channel }: CreateInput,
  config: NonNullable<CreateInput['agent_config']>,
): ResolvedConfig {
  return resolveAgentConfig(config as AgentConfig, channel, core.config.default_model)
}

function requireChannel({ channel }: CreateInput, { config }: Pick<Answerer, 'config'>): ResolvedConfig {
  if (config.channel_enabled) return config
  throw new AppError('channel_not_configured', `The agent is not configured for the ${channel} channel.`)
}

/** A model call, so it precedes the transaction (T12); null if the model does not write the greeting. */
async function writeGreetingBeforehand(
  ctx: Context<Conversations>,
  { input, id, more }: Pick<Wanted, 'input' | 'id' | 'more'>,
  config: ResolvedConfig,
): Promise<string | null> {
  requireChannel(input, { config })
  if (config.starting_message?.type !== 'generated') return null
  await ctx.key?.requireNew()
  const { instructions } = config.starting_message
  const variables = templateVariables(ctx, input)
  const initial_context = input.initial_context ?? null
  return ctx.room.runner.writeGreeting({
    ...{ organization_id: ctx.store.organization_id, agent_id: input.agent_id ?? null, conversation_id: id },
    ...{ channel: input.channel, ...widgetOf(more) },
    ...{ config, instructions, variables, initial_context },
  })
}

/** Of the version that will answer, if that is known before the transaction finds it; null: it is not. */
async function foreseeConfig(
  ctx: Context<Conversations>,
  input: CreateInput,
  more: CreationAdditions | null,
): Promise<ResolvedConfig | null> {
  if (input.agent_config) return resolveInline(ctx, input, input.agent_config)
  // The room has looked at the version, so that only its configuration is needed, which this process may know.
  if (more && input.agent_version_id)
    return readAgentConfig(ctx.store, input.agent_version_id, input.channel, ctx.core.config.default_model)
  return null
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
    error.path ??= 'starting_message.text'
    const reason = describeTemplateFault(error)
    logTemplateFault(ctx.log, { agent_id: input.agent_id ?? null, path: error.path, reason })
    throw new AppError('template_failed', reason)
  }
}

function newConversation(
  id: string,
  begun: BegunConversation,
  { agent_id, agent_version_id, config }: Answerer,
  content_fingerprint: Buffer | null,
): NewConversation {
  const { born } = channelRules[begun.channel]
  const answerer = { agent_id, agent_name: null, agent_version_id }
  return { id, ...begun, ...answerer, status: born, content_fingerprint, ...config.retention }
}

/** Returns it as it is stored; null if the id is taken. */
async function writeConversation(
  ctx: Context<Conversations>,
  tx: TransactionStore,
  conversation: NewConversation,
  { agent_name }: Answerer,
  greeting: string | null,
  more: CreationAdditions | null,
): Promise<Creation | null> {
  const born = await insertBirth(tx, ctx.room.commits, conversation, planBirth(ctx, conversation, greeting))
  if (!born) return null
  await more?.alongside(tx, { id: conversation.id, created_at: born.created_at })
  return creationOf(born, tx.organization_id, agent_name)
}

/** By the time at which it is created. */
function planBirth({ core, store }: Context<Conversations>, conversation: NewConversation, greeting: string | null) {
  const said = greeting === null ? null : { message_id: core.ports.newId(), text: greeting }
  const { organization_id } = store
  return (created_at: string) =>
    planOf(stateAtBirth(conversation, { organization_id, created_at }), decideBirth(conversation, said))
}

function creationOf({ stored, created_at, items }: Born, organization_id: string, agent_name: string | null): Creation {
  const record = recordAtBirth(stored, { organization_id, created_at, agent_name })
  return { record, first: items[0] ?? null }
}

/** The same id and body get the first answer again, built from fields that never change; any other use of the id is a 409. */
async function replayCreation(
  ctx: Context<Conversations>,
  input: CreateInput,
  fingerprint: Buffer,
): Promise<Created | null> {
  const id = input.id!
  // If another call commits between the first two looks, the third finds it.
  const find = () => findConversation(ctx.store, id)
  const record = (await find()) ?? ((await isIdTaken(ctx.store, id)) ? ((await find()) ?? 'elsewhere') : null)
  if (record === null) return null
  if (record === 'elsewhere') throw new AppError('conversation_id_taken')
  const isSame = record.content_fingerprint?.equals(fingerprint) && maySeeAgent(ctx.access, record.agent_id)
  if (!isSame) throw new AppError('conversation_id_taken')
  return presentEarlier(ctx, record, input)
}

async function replayBound(ctx: Context<Conversations>, key: CallKey, input: CreateInput): Promise<Created> {
  const record = await findConversation(ctx.store, key.bound!.conversation_id!)
  if (!record || !maySeeAgent(ctx.access, record.agent_id)) throw notFound('Conversation')
  key.markReplayed()
  return presentEarlier(ctx, record, input)
}

function withoutNulls(input: CreateInput): object {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined))
}
