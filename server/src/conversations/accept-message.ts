// Accepts a message from any sender: one commit stores it with the turn that will answer it. Nothing here waits for that turn.
import { most_depth } from '../calls/rules/depth.ts'
import type { ConcurrencyRule } from '@parley/contract'
import { readAgentConfig } from '../agents/agents.ts'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import { AppError, invalid } from '../base/errors.ts'
import { findUnstorable, isLongerThan } from '../base/text.ts'
import type { Context } from '../calls/context.ts'
import type { JsonObject } from '../base/json.ts'
import type { TransactionStore } from '../database/store.ts'
import type { Conversations } from './services.ts'
import { CommitInDoubt } from '../database/failures.ts'
import { changeConversation } from './commit/commit.ts'
import { noteDepth } from './commit/around-workflows.ts'
import { followUp, withHalt } from './commit/follow-up.ts'
import { NotAsExpected } from './commit/group-commit.ts'
import { resolveUncertainCommit } from './commit/uncertain-commit.ts'
import { type LockedConversation, type MessageClaim, isRefusal } from './machine/change.ts'
import { type MessageSource, channelRules } from './machine/channels.ts'
import { type ContentPart, type MessageAuthor, textsOf } from './machine/content.ts'
import { takesMessages } from './machine/conversation.ts'
import { type MessageInput, decideMessage } from './machine/decisions.ts'
import { endingAtLastMessage } from './machine/inactivity.ts'
import type { ConversationRecord, FoundConversation } from './machine/rows.ts'
import { countedTurns } from './machine/handling.ts'
import { hasKeyword } from './machine/keywords.ts'
import { type SeenTurn, begunTurn, seenAtStart, seenIfGiven } from './machine/turn-snapshots.ts'
import { stateIfQuiet } from './machine/usual-changes.ts'
import { findClaims } from './read/claims.ts'
import { requireConversation } from './read/require.ts'
import { readRelayed } from './read/transcript.ts'
import type { AwaitedTurn } from './read/turn-stream.ts'
import { renderRuleMessage } from './rule-messages.ts'
import type { BegunTurn } from './turn-runner.ts'

/** Added to the turns' own limits when a call waits: time for starts, commits and takeovers. */
const wait_margin_ms = 30_000

/** Per message. */
const max_parts = 100

/** Messages that others may store between the look at a conversation and its lock; after more of them, an end is silent. */
const max_overtaking = 10

/** Who sends a message. Only a call has an idempotency key, which its commit binds. */
export type Bearer = Pick<Context<Conversations>, 'core' | 'room' | 'access' | 'store' | 'key'> & { depth?: number }

export interface IncomingMessage extends MessageClaim {
  conversation_id: string
  from: MessageSource
  content: ContentPart[]
  author: MessageAuthor | null
  /** With `in_reply_to`: the answers, which have been checked. */
  values?: JsonObject | null
  /** Absent: the rule of the agent's version applies. */
  concurrency?: ConcurrencyRule | null | undefined
  /** How many user messages the conversation may have; absent: any number. */
  most_messages?: number | undefined
  interactivity?: 'plain' | 'rich' | null | undefined
}

/** The turn that will answer, and the longest time it may take. */
export type AcceptedTurn = Pick<AwaitedTurn, 'turn_id' | 'wait_ms' | 'seen' | 'relay'>

/** Commits and does not wait. Throws the refusal, `not_found`, or the outcome of an uncertain commit. */
export async function acceptMessage(bearer: Bearer, message: IncomingMessage): Promise<AcceptedTurn> {
  checkContent(bearer, message.content)
  const conversation = await requireConversation(bearer, message.conversation_id, 'message')
  return acceptMessageIn(bearer, conversation, message)
}

/**
 * The same in a conversation that this node has left so, without reading it. Throws `NotAsExpected` if it may have changed, or something else
 * than a turn may follow.
 */
export async function acceptMessageAsLeft(
  bearer: Bearer,
  conversation: FoundConversation,
  message: IncomingMessage,
): Promise<AcceptedTurn> {
  const prepared = await prepareMessage(bearer, conversation, message).catch((error: unknown) => {
    // What refuses it is decided by what is stored now.
    throw error instanceof AppError ? new NotAsExpected() : error
  })
  return commitMessage(bearer, prepared, true)
}

/** The same for content that has been checked, in a conversation that has been found. */
export async function acceptMessageIn(
  bearer: Bearer,
  conversation: FoundConversation,
  message: IncomingMessage,
): Promise<AcceptedTurn> {
  return commitMessage(bearer, await prepareMessage(bearer, conversation, message))
}

function checkContent({ core }: Bearer, content: ContentPart[]): void {
  const { message_characters } = core.config.limits
  if (content.length === 0) throw invalid({ path: 'content', message: 'must not be empty' })
  if (content.length > max_parts) throw invalid({ path: 'content', message: `must have at most ${max_parts} parts` })
  if (isLongerThan(textsOf(content).join(''), message_characters)) {
    throw invalid({ path: 'content', message: `must have at most ${message_characters} characters` })
  }
  const faults = findUnstorable(content)
  if (faults.length > 0) throw invalid(...faults)
}

const charactersIn = ({ content, values }: Pick<NewMessage, 'content' | 'values'>) =>
  textsOf(content).reduce((sum, text) => sum + text.length, values ? JSON.stringify(values).length : 0)

type NewMessage = Omit<MessageInput, 'partial'> & { conversation: FoundConversation; relays: boolean }

async function prepareMessage(
  bearer: Bearer,
  conversation: FoundConversation,
  message: IncomingMessage,
): Promise<NewMessage> {
  const { ports, config, load } = bearer.core
  const { from, content, author, client_id = null, in_reply_to = null, values = null } = message
  if (!channelRules[conversation.channel].messages_from.includes(from)) throw new AppError('conversation_not_text')
  // An ended conversation that was imported has no version, or one that does not exist here.
  if (!isOpen(conversation)) await refuseStored(bearer, conversation, message)
  if (!takesMessages(conversation.status) || conversation.agent_version_id === null) {
    throw new AppError('conversation_not_active')
  }
  const { organization_id, agent_id, channel, web_widget_id, handled_by } = conversation
  if (from === 'caller' && handled_by === 'agent') {
    await bearer.core.budgets.accept({ organization_id, agent_id }, { channel, web_widget_id })
  }
  // Decided again under the lock. Checked here so that a message that will be refused does not first stop the running attempt.
  if (conversation.is_ending) throw new AppError('conversation_ending')
  const resolved = await readConfig(bearer, conversation)
  const settings = turnSettings(resolved, conversation, message)
  const hand_off = await askedByKeyword(bearer, resolved, conversation, content)
  if (settings.concurrency === 'interrupt') await refuseStored(bearer, conversation, message)
  return {
    ...settings,
    hand_off,
    limit: limitOf(bearer, resolved, conversation),
    conversation,
    message_id: ports.newId(),
    turn_id: ports.newId(),
    from,
    content,
    author,
    ...{ client_id, in_reply_to, values },
    max_waiting: config.limits.waiting_turns,
    // A call waits for its answer; it was admitted (P7).
    is_held: from === 'channel' && load.holdsTurns,
    most_messages: message.most_messages,
  }
}

/** A person is asked for as the message is stored, without a model. */
async function askedByKeyword(
  { room, store }: Bearer,
  config: ResolvedConfig,
  conversation: ConversationRecord,
  content: ContentPart[],
): Promise<MessageInput['hand_off']> {
  const { rules } = config.hand_off
  if (!rules || conversation.handled_by !== 'agent' || !channelRules[conversation.channel].people) return null
  if (!hasKeyword(textsOf(content).join('\n'), rules.keywords)) return null
  const plan = await room.people.planWait({ store, conversation, config, team: null })
  const by = { type: 'system', id: null, name: null } as const
  const asked = { by, why: 'rule', reason: 'keyword', text: null, partial: null, force: false } as const
  return { ...asked, plan, most_requests: rules.max_per_conversation }
}

/** Whether a message may be stored in it. */
export const isOpen = ({ status, is_ending }: Pick<ConversationRecord, 'status' | 'is_ending'>) =>
  takesMessages(status) && !is_ending

/** Every other refusal says that the message is not stored (T1). */
export async function refuseStored({ store }: Pick<Bearer, 'store'>, { id }: { id: string }, claim: MessageClaim) {
  if (claim.client_id == null && claim.in_reply_to == null) return null
  const claims = await findClaims(store, id, claim)
  const { stored_turn_id: turn_id } = claims
  if (turn_id !== null) throw new AppError('message_stored', undefined, { turn_id })
  return claims
}

/** How a message's turn is carried out, in a conversation whose version exists here. */
export async function readTurnSettings(
  bearer: Bearer,
  conversation: Answered,
  given: Pick<IncomingMessage, 'concurrency' | 'interactivity'>,
) {
  return turnSettings(await readConfig(bearer, conversation), conversation, given)
}

type Answered = Pick<ConversationRecord, 'agent_version_id' | 'channel'>

const readConfig = ({ store, core }: Bearer, { agent_version_id, channel }: Answered) =>
  readAgentConfig(store, agent_version_id!, channel, core.config.default_model)

function turnSettings(
  config: ResolvedConfig,
  { agent_version_id }: Answered,
  { concurrency, interactivity }: Pick<IncomingMessage, 'concurrency' | 'interactivity'>,
) {
  return {
    concurrency: concurrency ?? config.concurrency,
    interactivity: interactivity ?? ('plain' as const),
    agent_version_id: agent_version_id!,
    max_seconds: config.max_turn_seconds,
    relays: config.hand_off.relay_in_reply,
  }
}

function limitOf({ core }: Bearer, config: ResolvedConfig, conversation: ConversationRecord): MessageInput['limit'] {
  const { max_user_turns } = config.inactivity
  if (max_user_turns === null) return null
  const isNear = countedTurns(conversation) + 1 + max_overtaking >= max_user_turns
  const closing = isNear ? renderRuleMessage(core, config, 'end_message', conversation) : null
  return { max_user_turns, ending: endingAtLastMessage(closing, endingRules(config)) }
}

/** What the end of a conversation of this version brings. */
export const endingRules = ({ analysis, satisfaction }: Pick<ResolvedConfig, 'analysis' | 'satisfaction'>) => ({
  summary_enabled: analysis.enabled,
  asks: satisfaction.enabled ? satisfaction.ask : null,
})

/** How long to wait for the last of this many turns. */
export const waitFor = (turns: number, max_seconds: number) => turns * max_seconds * 1000 + wait_margin_ms

async function commitMessage(bearer: Bearer, message: NewMessage, only_expected = false): Promise<AcceptedTurn> {
  const { key, store, room, depth = 0 } = bearer
  // An agent whose tools lead back to it would answer itself for ever.
  if (depth >= most_depth) throw new AppError('call_loop')
  const { conversation, message_id } = message
  const conversation_id = conversation.id
  let begun: BegunTurn | undefined
  let given: SeenTurn | null = null
  const commit = (partial: MessageInput['partial']) => {
    const decide = (state: LockedConversation) => {
      const hand_off = message.hand_off ? { ...message.hand_off, partial } : null
      const decision = decideMessage(state, { ...message, hand_off, partial })
      const change = isRefusal(decision) ? null : decision.change
      given = change && seenIfGiven(state, change)
      begun = change?.new_turn?.start
        ? begunTurn(state, conversation, change.new_turn, change, room.core.node.id)
        : undefined
      return decision
    }
    const binding = key ? { key, to: ({ turn_id }: { turn_id: string }) => ({ conversation_id, turn_id }) } : undefined
    // It says how deep the chain is, which the message alone would set back.
    const noteAlso = async (tx: TransactionStore, answer: { turn_id: string }) => {
      await binding?.key.bind(tx, binding.to(answer))
      noteDepth(tx, conversation_id, depth)
    }
    const { organization_id } = store
    const { client_id, in_reply_to } = message
    const claim = { client_id, in_reply_to }
    const target = { change: 'message', organization_id, id: conversation_id, claim } as const
    // Whether this is the last message that may be sent is known only under the lock.
    const closing = message.limit?.ending.closing?.text ?? ''
    const told = message.hand_off?.plan.message?.text ?? ''
    const characters = charactersIn(message) + (partial?.text.length ?? 0) + closing.length + told.length
    const expected = isPlain ? stateIfQuiet(conversation) : null
    if (depth > 0) return changeConversation(store, room.commits, target, decide, noteAlso)
    return room.commits.change({ ...target, decide, characters, binding, expected, only_expected })
  }
  // Others first stop the attempt that runs, or claim something.
  const stops = message.concurrency === 'interrupt' || message.hand_off !== null
  const isPlain = !stops && depth === 0 && !message.client_id && !message.in_reply_to
  if (only_expected && !isPlain) throw new NotAsExpected()
  // No attempt is stopped for a message that is stored already.
  if (!isPlain) await key?.requireNew()
  try {
    const committed = stops ? await withHalt(room, conversation_id, commit) : await commit(null)
    const started = committed.started && { ...committed.started, begun }
    if (conversation.redaction) room.heard.note(committed.answer.turn_id, message_id, textsOf(message.content))
    followUp(room, conversation_id, { ...committed, started })
    const { turn_id, ahead } = committed.answer
    const seen = given ?? (started && seenAtStart(turn_id))
    return { turn_id, wait_ms: waitFor(ahead + 1, message.max_seconds), seen, ...relayOf(bearer, message) }
  } catch (error) {
    if (!(error instanceof CommitInDoubt)) throw error
    const turn_id = await resolveUncertainCommit(bearer, { conversation_id, message_id }, error)
    const wait_ms = waitFor(message.max_waiting + 1, message.max_seconds)
    return { turn_id, wait_ms, seen: null, ...relayOf(bearer, message) }
  }
}

/** For clients that read no events: what people have written since. */
export function relayOf(
  { store }: Pick<Bearer, 'store'>,
  { conversation: { id }, relays }: { conversation: { id: string }; relays: boolean },
): Pick<AwaitedTurn, 'relay'> {
  return relays ? { relay: (turn_id) => readRelayed(store, id, turn_id) } : {}
}
