// What is executed before a conversation begins: the workflow of its agent, or else a live one with a `pre_call` trigger. The execution is one
// commit with the conversation, which is `triggered` until a job has let it begin, once (begin-work.ts).
import type { ConversationWorkflow } from '../../agents/rules/workflows.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { Core } from '../../calls/core.ts'
import {
  type Beginning,
  BeginningNotReady,
  type Beginnings,
  type CreatedConversation,
} from '../../conversations/conversations.ts'
import { statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { renderDeep } from '../../engine/engine.ts'
import { changeKey } from '../../live/shared.ts'
import { TemplateError, evaluateCondition, renderTemplate } from '../../templates/templates.ts'
import { addWork } from '../../work/add.ts'
import { most_depth } from '../rules/hook-request.ts'
import type { Workflows } from '../services.ts'
import { describeBegun } from '../triggers/payloads.ts'
import { insertFires, plainFire } from '../triggers/fires.ts'
import { type LiveTrigger, plainFiring, startExecution } from '../triggers/start.ts'
import { acceptUse } from './accept.ts'
import { type BeginningRow, begin_work, insertBeginning, readBeginningRow } from './beginning-rows.ts'
import { NotJudged, UseFault, type WorkflowUses, requireInput } from './uses.ts'

export interface BeforeServices {
  readonly core: Pick<Core, 'live' | 'ports' | 'log'>
  readonly room: Workflows
  readonly uses: WorkflowUses
}

/** Of a workflow with a trigger, which has no setting for it. */
const trigger_timeout_ms = 10_000
/** The job that lets it begin comes after its time. */
const margin_ms = 5000

export function createBeginnings(services: BeforeServices): Beginnings {
  return {
    look(tx) {
      const triggers = readTriggers(tx)
      triggers.catch(() => {}) // reported to `find`, or by the statement that comes first
      return async (created) => {
        const own = created.config.workflows.before
        if (own) return ofAgent(services, tx, created, own)
        const { agent_id } = created.conversation
        const found = (await triggers).find(({ agent_ids }) => agent_ids === null || agent_ids.includes(agent_id ?? ''))
        return found ? ofTrigger(services, tx, created, found) : null
      }
    },
    wait: (store, id) => waitForBeginning(services, store, id),
    isTaken: (error) => ofAnother.has((error as { constraint?: unknown } | null)?.constraint),
  }
}

/** What is written before the conversation, whose id another creation has taken meanwhile. */
const ofAnother: ReadonlySet<unknown> = new Set(['workflow_executions_cause', 'workflow_beginnings_pkey'])

interface TriggerRow extends LiveTrigger {
  agent_ids: string[] | null
}

// Nobody takes them offline until the conversation is created.
const triggersStatement = statement(
  'find_pre_calls',
  `select id, type, workflow_id, step_id, version, agent_ids from workflow_triggers
   where organization_id = $1 and type = 'pre_call' and is_live and not paused order by created_at for share`,
)

/** No live workflow comes first. */
export const beginsAtOnce = (given: string) => `not exists (
  select from workflow_triggers before where before.organization_id = ${given}.organization_id and before.type = 'pre_call'
    and before.is_live and not before.paused and (before.agent_ids is null or ${given}.agent_id::text = any(before.agent_ids)))`

const readTriggers = (tx: TransactionStore) => tx.readAtBegin<TriggerRow>(triggersStatement, [tx.organization_id])

function payloadOf({ conversation }: CreatedConversation): JsonObject {
  return describeBegun(conversation, conversation)
}

type Own = NonNullable<CreatedConversation['config']['workflows']['before']>

async function ofAgent(
  services: BeforeServices,
  tx: TransactionStore,
  created: CreatedConversation,
  own: Own,
): Promise<Beginning | null> {
  const { core, room, uses } = services
  const { conversation, agent_name, depth } = created
  const { organization_id } = tx
  const id = core.ports.newId()
  try {
    const payload = payloadOf(created)
    const given = givenOf(core, own, conversation, payload)
    if (given === null) return null
    if (depth >= most_depth) throw new UseFault('It would be part of a loop of workflows and agents.')
    const found = await uses.find(tx, own, 'pre_call')
    requireInput(found, given)
    if (!(await room.hasRoom(tx))) throw new UseFault('Too many executions are queued.')
    return {
      holds: true,
      async write() {
        await acceptUse(tx, room, found, {
          ...{ id, type: 'pre_call', mode: 'sync', cause: causeOf(conversation.id), given, payload, depth },
          ...{ facts: {}, conversation_id: conversation.id, agent: { id: conversation.agent_id, name: agent_name } },
        })
        writeBeginning(tx, conversation.id, { execution_id: id, rejects: own.reject_on_error, in_ms: own.timeout_ms })
      },
    }
  } catch (error) {
    if (error instanceof NotJudged) throw new BeginningNotReady(() => uses.judge(organization_id, own))
    if (!(error instanceof UseFault) && !(error instanceof TemplateError)) throw error
    const { id: conversation_id, agent_id, agent_version_id } = conversation
    core.log.warn(
      { conversation_id, agent_id, agent_version_id, reason: error.message },
      'no workflow before a conversation',
    )
    if (!own.reject_on_error) return null
    return {
      holds: true,
      async write() {
        writeBeginning(tx, conversation_id, { execution_id: null, rejects: true, in_ms: 0 })
      },
    }
  }
}

const causeOf = (conversation_id: string) => `before:${conversation_id}`

/** What templates of a workflow around a conversation see. */
export function variablesAround(
  { ports }: Pick<Core, 'ports'>,
  {
    custom_metadata,
    user_id,
    channel,
  }: Pick<CreatedConversation['conversation'], 'custom_metadata' | 'user_id' | 'channel'>,
): JsonObject {
  return { custom_metadata, user_id, channel, now: new Date(ports.clock.now()).toISOString() }
}

/** What it gets; null: its condition is not met. Throws a `TemplateError`. */
export function givenOf(
  core: Pick<Core, 'ports'>,
  { condition, input }: ConversationWorkflow,
  conversation: Pick<CreatedConversation['conversation'], 'custom_metadata' | 'user_id' | 'channel'>,
  facts: JsonObject,
): JsonObject | null {
  const seen = { ...facts, ...variablesAround(core, conversation) }
  if (condition !== null && !evaluateCondition(condition, seen)) return null
  if (input === null) return facts
  return renderDeep(input as JsonValue, (text) => renderTemplate(text, seen)) as JsonObject
}

async function ofTrigger(
  { core, room }: BeforeServices,
  tx: TransactionStore,
  created: CreatedConversation,
  trigger: LiveTrigger,
): Promise<Beginning> {
  const { conversation, depth } = created
  const reason = depth >= most_depth ? 'depth' : (await room.hasRoom(tx)) ? null : 'too_many_executions'
  if (reason !== null) {
    const fire = { ...plainFire, id: core.ports.newId(), trigger_id: trigger.id, outcome: 'skipped' as const, reason }
    return { holds: false, write: async () => insertFires(tx, [fire]) }
  }
  const runnable = await room.triggers.versionOf(tx, trigger.workflow_id, trigger.version)
  return {
    holds: true,
    async write() {
      const execution_id = await startExecution(tx, room.triggers, runnable, {
        ...plainFiring,
        ...{ trigger, payload: payloadOf(created), depth, mode: 'sync', cause: causeOf(conversation.id) },
        ...{ conversation_id: conversation.id, agent_id: conversation.agent_id },
      })
      writeBeginning(tx, conversation.id, { execution_id, rejects: false, in_ms: trigger_timeout_ms })
    },
  }
}

function writeBeginning(
  tx: TransactionStore,
  conversation_id: string,
  { execution_id, rejects, in_ms }: { execution_id: string | null; rejects: boolean; in_ms: number },
): void {
  const { organization_id } = tx
  insertBeginning(tx, { conversation_id, execution_id, rejects, in_ms })
  const key = { organization_id, owner: conversation_id, subject: conversation_id }
  addWork(tx, begin_work, key, in_ms === 0 ? { urgent: true } : { in_ms })
}

/** False: nothing had to be done before it. */
async function waitForBeginning({ core }: BeforeServices, store: Store, id: string): Promise<boolean> {
  const first = await readBeginningRow(store, id)
  if (!first || first.applied_at !== null) return first !== null
  const look = async () => (isApplied(await readBeginningRow(store, id)) ? true : undefined)
  await core.live.signals.waitFor(changeKey(id), first.left_ms + margin_ms, look)
  return true
}

const isApplied = (row: BeginningRow | null) => row === null || row.applied_at !== null
