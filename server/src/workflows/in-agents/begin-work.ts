// Lets a conversation begin when the execution before it has ended, or its time is over: once, in one commit with the end of the wait.
import { readAgentConfigOrDefaults } from '../../agents/agents.ts'
import type { Core } from '../../calls/core.ts'
import {
  type CommitAddition,
  type Conversations,
  beginWithin,
  followUp,
  makeGreeting,
} from '../../conversations/conversations.ts'
import type { BeginInput } from '../../conversations/machine/beginning.ts'
import { isActive } from '../../conversations/machine/conversation.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import { findConversation } from '../../conversations/read/conversation.ts'
import { type RootStore, openReservedStore } from '../../database/store.ts'
import { changed } from '../../live/shared.ts'
import { addWork } from '../../work/add.ts'
import type { Outcome, WorkItem, WorkKind, WorkPort } from '../../work/port.ts'
import { changeWithin, execution_changed } from '../commit/change.ts'
import { releaseOutput } from '../commit/erase.ts'
import { isRefused } from '../machine/events.ts'
import { readBeginning } from '../rules/beginning.ts'
import { type Ended, readEnded } from '../rows/executions.ts'
import type { Workflows } from '../services.ts'
import { reachTrigger } from '../triggers/pause-points.ts'
import { type BeginningRow, applyBeginning, begin_work, readBeginningRow } from './beginning-rows.ts'

export interface BeginServices {
  readonly core: Core
  readonly room: Workflows
  readonly conversations: Conversations
}

/** Without a greeting that the model does not write. */
const most_tries_to_greet = 3

export function beginWork(services: BeginServices): WorkKind {
  return {
    name: begin_work,
    lease_ms: 20_000,
    delays_ms: [250, 1000, 2000, 5000, 15_000],
    share: { node: 32, organization: 16, owner: 1 },
    run: (item, port) => begin(services, item, port),
    giveUp: null,
  }
}

/** A conversation that ends before it has begun: its execution is cancelled at once. */
export const endedBefore: CommitAddition = {
  on: ['ended'],
  write(tx, { state }) {
    if (!state.is_held_back) return
    const { id, organization_id } = state
    addWork(tx, begin_work, { organization_id, owner: id, subject: id }, { urgent: true })
  },
}

async function begin(
  services: BeginServices,
  { subject: id, organization_id, tries }: WorkItem,
  port: WorkPort,
): Promise<Outcome> {
  const { core } = services
  const store = openReservedStore(core.database, organization_id!)
  const row = await readBeginningRow(store, id)
  if (!row || row.applied_at !== null) return { next: 'done' }
  const conversation = await findConversation(store, id)
  const isWaiting = conversation !== null && isActive(conversation.status)
  const ended = row.execution_id === null ? null : await readEnded(store, row.execution_id)
  if (isWaiting && row.execution_id !== null && !ended && row.left_ms > 0) return { next: { again_at: row.due_at } }
  const input = isWaiting ? await inputOf(services, store, { row, ended, conversation, tries }) : null
  await apply(services, port, { id, row, ended, input })
  if (ended && row.execution_id !== null) await releaseOutput(store, row.execution_id)
  return { next: 'done' }
}

interface Known {
  row: BeginningRow
  ended: Ended | null
  conversation: ConversationRecord
  tries: number
}

const by = (reason: string) => ({ type: 'system' as const, id: null, name: null, reason })

async function inputOf(
  { core, conversations }: BeginServices,
  store: RootStore,
  { row, ended, conversation, tries }: Known,
): Promise<BeginInput> {
  const said = ended?.status === 'success' ? readBeginning(ended.output, core.config.limits) : null
  if (said?.type === 'reject') {
    const ended_by = by('The workflow before the conversation has rejected it.')
    return { type: 'end', status: 'cancelled', end_reason: 'rejected', ended_by }
  }
  const isDone = said?.type === 'begin'
  if (!isDone && row.rejects) {
    const ended_by = by('The workflow before the conversation has failed.')
    return { type: 'end', status: 'failed', end_reason: 'pre_workflow_failed', ended_by }
  }
  const { id: conversation_id, agent_version_id, channel } = conversation
  if (!isDone)
    core.log.warn({ conversation_id, execution_id: row.execution_id }, 'a conversation begins without its workflow')
  const { added_context, added_metadata } = isDone ? said : { added_context: null, added_metadata: {} }
  const config = await readAgentConfigOrDefaults(store, agent_version_id, channel, core.config.default_model)
  const initial_context = [conversation.initial_context, added_context].filter((text) => text).join('\n\n') || null
  const custom_metadata = { ...conversation.custom_metadata, ...added_metadata }
  const greets = tries <= most_tries_to_greet || config.starting_message?.type === 'static'
  const known = { ...conversation, initial_context, custom_metadata }
  const greeting = greets ? await makeGreeting(conversations, config, known) : null
  return { type: 'begin', added_context, added_metadata, greeting }
}

interface Application {
  id: string
  row: BeginningRow
  ended: Ended | null
  /** Null: it has ended, or was deleted. */
  input: BeginInput | null
}

async function apply(
  { core, room, conversations }: BeginServices,
  port: WorkPort,
  { id, row: { execution_id }, ended, input }: Application,
): Promise<void> {
  const { ports } = core
  const applied = await port.commit(async (tx) => {
    await reachTrigger(ports, 'trigger.begin_conversation.begun')
    const isFirst = await applyBeginning(tx, id)
    if (!isFirst) return null
    const committed = input && (await beginWithin(tx, conversations.commits, id, input))
    const reason = committed?.answer === 'begun' ? 'tool_timeout' : 'conversation_ended'
    const cancelled =
      execution_id !== null && !ended
        ? await changeWithin(room, tx, 'cancel', execution_id, { type: 'cancelled', reason })
        : null
    if (ports.reached) await tx.sent()
    await reachTrigger(ports, 'trigger.begin_conversation.written')
    return { committed, is_cancelled: cancelled !== null && !isRefused(cancelled.reduced) }
  })
  await reachTrigger(ports, 'trigger.begin_conversation.committed')
  if (!applied) return
  if (applied.committed) followUp(conversations, id, applied.committed)
  void core.live.bus.publish(changed, id)
  if (applied.is_cancelled) void core.live.bus.publish(execution_changed, execution_id!)
}
