// What is executed after a conversation has ended, or after its first analysis: a job of that commit, which waits for nothing (W9).
import { readAgentConfigOrDefaults } from '../../agents/agents.ts'
import type { ResolvedWorkflows } from '../../agents/rules/workflows.ts'
import type { Core } from '../../calls/core.ts'
import { readConversationDepth } from '../../conversations/conversations.ts'
import { isActive } from '../../conversations/machine/conversation.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import { findConversation } from '../../conversations/read/conversation.ts'
import { type RootStore, openReservedStore } from '../../database/store.ts'
import { TemplateError } from '../../templates/templates.ts'
import type { Outcome, WorkItem, WorkKind, WorkPort } from '../../work/port.ts'
import { changeExecution } from '../commit/change.ts'
import { most_depth } from '../rules/hook-request.ts'
import { findExecutionByCause, readAge } from '../rows/executions.ts'
import type { Workflows } from '../services.ts'
import { reachTrigger } from '../triggers/pause-points.ts'
import { describeEnded } from '../triggers/payloads.ts'
import { triggerSettings } from '../triggers/settings.ts'
import { acceptUse } from './accept.ts'
import { givenOf } from './before.ts'
import { UseFault, type WorkflowUses } from './uses.ts'

export interface AfterServices {
  readonly core: Core
  readonly room: Workflows
  readonly uses: WorkflowUses
}

/** Its subject is the conversation; the trigger `conversations_are_followed` adds it. */
const follow_work = 'follow_conversation'
const no_room_ms = 5000

export function followWork(services: AfterServices): WorkKind {
  return {
    name: follow_work,
    lease_ms: 20_000,
    delays_ms: [250, 1000, 5000, 15_000, 60_000, 300_000],
    share: { node: 16, organization: 8, owner: 8 },
    run: (item, port) => follow(services, item, port),
    giveUp: null,
  }
}

type After = NonNullable<ResolvedWorkflows['after']>

async function follow(
  services: AfterServices,
  { subject: id, organization_id }: WorkItem,
  port: WorkPort,
): Promise<Outcome> {
  const { core } = services
  const store = openReservedStore(core.database, organization_id!)
  const conversation = await findConversation(store, id)
  if (!conversation || isActive(conversation.status)) return { next: 'done' }
  const { agent_version_id, channel, analysis_status } = conversation
  const config = await readAgentConfigOrDefaults(store, agent_version_id, channel, core.config.default_model)
  const { after } = config.workflows
  if (!after) return { next: 'done' }
  const known = await findExecutionByCause(store, causeOf(id))
  if (known !== null) return endInTime(services, store, known, after)
  // The end of the analysis adds it once more.
  if (after.after_analysis && (analysis_status === 'queued' || analysis_status === 'running')) return { next: 'done' }
  return start(services, store, port, conversation, after)
}

const causeOf = (conversation_id: string) => `after:${conversation_id}`

async function start(
  services: AfterServices,
  store: RootStore,
  port: WorkPort,
  conversation: ConversationRecord,
  after: After,
): Promise<Outcome> {
  const { core, room, uses } = services
  const { id: conversation_id, agent_id, agent_name } = conversation
  try {
    const { transcript_characters } = core.config.of(triggerSettings)
    const payload = await describeEnded(store, conversation, null, transcript_characters)
    const given = givenOf(core, after, conversation, payload)
    if (given === null) return { next: 'done' }
    await uses.judge(store.organization_id, after)
    const depth = await readConversationDepth(store, conversation_id)
    if (depth >= most_depth) throw new UseFault('It would be part of a loop of workflows and agents.')
    if (!(await room.triggers.hasRoom(store))) return { next: { again_in_ms: no_room_ms } }
    await port.commit(async (tx) => {
      await reachTrigger(core.ports, 'trigger.follow_conversation.begun')
      const found = await uses.find(tx, after, 'post_call')
      await acceptUse(tx, room, found, {
        ...{
          id: core.ports.newId(),
          type: 'post_call',
          mode: 'async',
          cause: causeOf(conversation_id),
          given,
          payload,
        },
        ...{ facts: {}, depth, conversation_id, agent: { id: agent_id, name: agent_name } },
      })
      if (core.ports.reached) await tx.sent()
      await reachTrigger(core.ports, 'trigger.follow_conversation.written')
    })
    await reachTrigger(core.ports, 'trigger.follow_conversation.committed')
  } catch (error) {
    if (!(error instanceof UseFault) && !(error instanceof TemplateError)) throw error
    core.log.warn({ conversation_id, agent_id, reason: error.message }, 'no workflow after a conversation')
    return { next: 'done' }
  }
  return after.timeout_ms === null ? { next: 'done' } : { next: { again_in_ms: after.timeout_ms } }
}

/** Cancels it when its own time is over. */
async function endInTime(
  { room }: AfterServices,
  store: RootStore,
  execution_id: string,
  { timeout_ms }: After,
): Promise<Outcome> {
  const age = timeout_ms === null ? null : await readAge(store, execution_id)
  if (timeout_ms === null || age === null) return { next: 'done' }
  if (age < timeout_ms) return { next: { again_in_ms: timeout_ms - age } }
  await changeExecution(room, store, 'cancel', execution_id, { type: 'cancelled', reason: 'tool_timeout' })
  return { next: 'done' }
}
