// What an attempt starts with: the turn, the agent's configuration, and the part of the transcript that the model is shown.
import { readAgentConfig } from '../agents/agents.ts'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { EngineServices } from './services.ts'
import type { ConversationRecord } from '../conversations/machine/rows.ts'
import { findConversation } from '../conversations/read/conversation.ts'
import { callsOfLastStep } from '../conversations/machine/turn-items.ts'
import { findTurn } from '../conversations/read/turns.ts'
import { readTurnRetrievals } from '../conversations/read/retrievals.ts'
import { type HistoryItem, readHistory, readTurnItems } from '../conversations/read/transcript.ts'
import type { BegunTurn, PromptVariables, TurnLease } from '../conversations/conversations.ts'
import { type RootStore, openStore } from '../database/store.ts'
import { fencePassages, passageRules } from '@parley/contract'
import { characters_of_token, reachOf, selectHistory } from './rules/context-window.ts'
import { redactorOf } from '../redaction/rules/redaction.ts'
import type { ModelMessage } from '../models/models.ts'
import { type PeopleMarks, peopleRules } from './rules/people-marks.ts'
import { renderSystemPrompt } from './rules/prompt.ts'
import type { ActionRunners } from './actions/runner.ts'
import type { KeptHistories } from './kept-histories.ts'
import type { CallRun, FoundTurn, RunningTurn } from './running-turn.ts'
import { assembleTools } from './tools/offered-tools.ts'
import type { TurnTool } from './tools/turn-tool.ts'
import { TurnPassages } from './turn-passages.ts'
import { type TurnSource, prepareSources } from './turn-source.ts'

type Part = Pick<EngineServices, 'database' | 'config' | 'conversations' | 'ports'> & { histories: KeptHistories }

export interface AttemptInput {
  config: ResolvedConfig
  variables: PromptVariables
  conversation: ConversationRecord
  tools: ReadonlyMap<string, TurnTool>
  system: string
  messages: ModelMessage[]
  /** The calls of the history that have searched knowledge bases. */
  searched: ReadonlySet<string>
}

export async function readInput(running: RunningTurn): Promise<AttemptInput> {
  const { turn, conversation, config, variables, tools, notices, found, passages } = running
  const messages_of = turn.messages_of ?? turn.id
  const items = await running.history()
  const shown = found.length === 0 ? null : fencePassages(found, passages.code)
  const marks = marksOf(running)
  const { messages, preface } = selectHistory(items, messages_of, config.context_window, { found: shown, marks })
  const searched = new Set(items.flatMap(({ has_searched, call_id }) => (has_searched ? [call_id!] : [])))
  // An agent that has no knowledge bases any more may be shown what it once found.
  const rules = searched.size > 0 && !notices.includes(passageRules) ? [passageRules] : []
  if (marks) rules.push(peopleRules(marks.code))
  const { initial_context } = conversation
  const system = renderSystemPrompt(config, variables, { initial_context, preface: [...preface, ...rules, ...notices] })
  return { config, variables, conversation, tools, system, messages, searched }
}

/** Null: people never had the conversation, so nothing is said about them. */
function marksOf({ conversation: { handling }, turn, passages }: RunningTurn): PeopleMarks | null {
  if ((handling?.returned_at ?? null) === null) return null
  return { code: passages.code, handling: handling!, turn_id: turn.id }
}

/** Null if the attempt does not hold the turn (any more). */
export async function loadTurn(services: Part, lease: TurnLease): Promise<FoundTurn | null> {
  const store = openStore(services.database, lease.organization_id)
  const { conversation, turn } = lease.begun ?? (await readTurn(store, lease))
  if (!conversation || turn?.lease !== lease.lease) return null
  const items = turn.steps > 0 ? await readTurnItems(store, conversation.id, turn.id) : []
  const config = await readAgentConfig(
    store,
    turn.agent_version_id,
    conversation.channel,
    services.config.default_model,
  )
  const variables: PromptVariables = {
    custom_metadata: conversation.custom_metadata,
    user_id: conversation.user_id,
    channel: conversation.channel,
    now: turn.started_at ?? turn.queued_at,
  }
  const heard = services.conversations.heard.of(turn.messages_of ?? turn.id)
  const redactor = redactorOf(conversation.redaction)
  const stored = turn.retrievals > 0 ? await readTurnRetrievals(store, conversation.id, turn.id) : []
  const newCode = () => services.ports.randomBytes(16).toString('hex')
  const window_characters = config.context_window.max_tokens * characters_of_token
  const settings = config.retrieval
  const unanswered = callsOfLastStep(items)
  const passages = new TurnPassages({ turn_id: turn.id, settings, window_characters, stored, unanswered, newCode })
  const history = historyOf({ store, turn, conversation, config, heard }, services.histories, lease.begun)
  return { store, turn, conversation, items, config, variables, heard, redactor, history, passages }
}

/** Read once, unless the turn goes on: settling its calls adds to it. */
function historyOf(
  { store, turn, conversation, config, heard }: Pick<FoundTurn, 'store' | 'turn' | 'conversation' | 'config' | 'heard'>,
  histories: KeptHistories,
  begun: BegunTurn | undefined,
): () => Promise<HistoryItem[]> {
  const reach = reachOf(config.context_window)
  const read = async () => {
    const known = begun && histories.find(begun, reach)
    const stored = known ?? (await readHistory(store, conversation.id, reach, turn))
    histories.noteShown({ conversation, turn }, stored)
    return heard.size === 0 ? stored : stored.map((item) => ({ ...item, content: heard.get(item.id) ?? item.content }))
  }
  let first: Promise<HistoryItem[]> | null = null
  return turn.steps > 0 ? read : () => (first ??= read())
}

async function readTurn(store: RootStore, { conversation_id, turn_id }: TurnLease) {
  const conversation = await findConversation(store, conversation_id)
  return { conversation, turn: await findTurn(store, conversation_id, turn_id) }
}

/** Where tools come from besides the server itself. */
export interface Equipment {
  sources: readonly TurnSource[]
  actions: ActionRunners
}

/** Calls other servers, so it takes time; throws the signal's reason when it is aborted. */
export async function equipTurn(found: FoundTurn, { sources, actions }: Equipment, run: CallRun): Promise<RunningTurn> {
  const added = await prepareSources(sources, found, run)
  const tools = assembleTools(found.config, found.turn.interactivity, added.tools, actions)
  const { notices, passages } = added
  return { ...found, tools, notices, found: passages, [Symbol.dispose]: () => added[Symbol.dispose]() }
}
