// The execution of a tool's call: found by the call, or stored in a transaction of its own. Another attempt of the turn joins it (W9).
import type { WorkflowUse } from '../../agents/rules/workflows.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Ports } from '../../base/ports.ts'
import { readConversationDepth } from '../../conversations/conversations.ts'
import type { RootStore } from '../../database/store.ts'
import { findExecutionByCause } from '../rows/executions.ts'
import type { Workflows } from '../services.ts'
import { most_deep } from '../wanted.ts'
import { acceptUse } from './accept.ts'
import { UseFault, type WorkflowUses } from './uses.ts'

export interface JoinServices {
  readonly core: { readonly ports: Pick<Ports, 'newId'> }
  readonly room: Workflows
  readonly uses: WorkflowUses
}

export interface AskedCall {
  /** The call, and the action in it. */
  cause: string
  use: WorkflowUse
  given: JsonObject
  tool: string
  call_id: string
  turn_id: string
  conversation: { id: string; agent_id: string | null; is_redacted: boolean }
}

/** Returns the id of the execution. Throws a `UseFault`, or `too_many_executions`. */
export async function startCall(services: JoinServices, store: RootStore, asked: AskedCall): Promise<string> {
  const { core, room, uses } = services
  const { cause, use, given, tool, call_id, turn_id, conversation } = asked
  await uses.judge(store.organization_id, use)
  await room.requireRoom(store)
  const facts = { tool, call_id }
  try {
    return await store.transaction(async (tx) => {
      const found = await uses.find(tx, use, 'ongoing_conversation')
      const depth = await readConversationDepth(tx, conversation.id)
      if (depth >= most_deep) throw new UseFault('It would be part of a loop of workflows and agents.')
      const id = core.ports.newId()
      await acceptUse(tx, room, found, {
        ...{ id, type: 'ongoing_conversation', mode: 'sync', cause, given, depth },
        payload: { ...facts, conversation_id: conversation.id, agent_id: conversation.agent_id },
        facts: { ...facts, turn_id },
        ...{ conversation_id: conversation.id, is_redacted: conversation.is_redacted },
        agent: { id: conversation.agent_id, name: null },
      })
      return id
    })
  } catch (error) {
    // Another attempt of the turn was faster.
    const found = isTaken(error) ? await findExecutionByCause(store, cause) : null
    if (found === null) throw error
    return found
  }
}

const isTaken = (error: unknown) =>
  (error as { constraint?: unknown } | null)?.constraint === 'workflow_executions_cause'
