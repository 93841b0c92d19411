// Stores an execution that an agent's configuration asks for, in the transaction of its cause.
import type { JsonObject } from '../../base/json.ts'
import type { TransactionStore } from '../../database/store.ts'
import { writeAcceptance } from '../commit/accept.ts'
import type { ExecutionMode } from '../machine/execution.ts'
import type { Workflows } from '../services.ts'
import { type FoundUse, type UseCause, requireInput } from './uses.ts'

export interface AskedUse {
  id: string
  type: UseCause
  mode: ExecutionMode
  /** What starts one execution only (W9). */
  cause: string
  /** Of the configuration, or of the call. */
  given: JsonObject
  /** What the trigger's step gives out, too: nothing that is given takes its place. */
  payload: JsonObject
  /** What readers of the execution may know of what started it. */
  facts: JsonObject
  depth: number
  conversation_id: string
  /** The conversation does not keep everything that is said in it. */
  is_redacted?: boolean
  agent: { id: string | null; name: string | null }
}

/** Throws `UseFault` if the input is not what the workflow asks for. */
export async function acceptUse(
  tx: TransactionStore,
  { accepting }: Pick<Workflows, 'accepting'>,
  found: FoundUse,
  { id, type, mode, cause, given, payload, facts, depth, conversation_id, is_redacted, agent }: AskedUse,
): Promise<void> {
  requireInput(found, given)
  const { pinned, plan, copy, entry } = found
  const { max_concurrent, keep: kept } = plan.definition.settings
  const keep = is_redacted ? 'none' : kept
  await writeAcceptance(tx, accepting, plan.graph, {
    ...pinned,
    ...(copy ? { copy } : {}),
    ...{ id, mode, cause, depth, conversation_id, max_concurrent, keep, entry: entry.id },
    ...{ stop_after: null, test: null, is_test: false, copied: null, agent_id: agent.id },
    input: entry.type === 'trigger' ? { ...given, ...payload, type } : given,
    trigger: { type, ...facts },
    started_by: { type: 'agent', id: agent.id, name: agent.name },
  })
}
