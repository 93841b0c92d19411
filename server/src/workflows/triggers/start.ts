// Starts an execution because a trigger fired: the fire and the execution are one commit.
import type { JsonObject } from '../../base/json.ts'
import type { TransactionStore } from '../../database/store.ts'
import { writeAcceptance } from '../commit/accept.ts'
import type { ExecutionMode } from '../machine/execution.ts'
import { type NewFire, insertFires, plainFire } from './fires.ts'
import type { RunnableVersion, TriggerServices } from './services.ts'

/** A trigger of the live version. */
export interface LiveTrigger {
  id: string
  type: string
  workflow_id: string
  step_id: string
  version: number
}

export interface Firing {
  trigger: LiveTrigger
  /** What the trigger's step gives out, besides `type`. */
  payload: JsonObject
  /** What readers of the execution may know of its trigger, besides its type and id: no content. */
  facts: JsonObject
  /** What starts one execution only (W9). */
  cause: string | null
  depth: number
  conversation_id: string | null
  agent_id: string | null
  mode: ExecutionMode
  is_awaited?: boolean
  /** The caller; null: none. */
  started_by: JsonObject | null
  fire: Partial<Pick<NewFire, 'scheduled_at' | 'dedupe' | 'dedupe_hours'>>
}

export const plainFiring = {
  ...{ facts: {}, cause: null, depth: 0, conversation_id: null, agent_id: null, fire: {} },
  started_by: null,
  ...({ mode: 'async' } as const),
}

/** Within a transaction. Returns the id of the execution. */
export async function startExecution(
  tx: TransactionStore,
  { ports, accepting }: Pick<TriggerServices, 'ports' | 'accepting'>,
  { definition, graph }: RunnableVersion,
  firing: Firing,
): Promise<string> {
  const { trigger, payload, facts, fire, ...given } = firing
  const { id: trigger_id, type, workflow_id, version, step_id } = trigger
  const id = ports.newId()
  await writeAcceptance(tx, accepting, graph, {
    ...given,
    ...{ id, workflow_id, version, definition_digest: null, entry: step_id },
    ...{ stop_after: null, test: null, is_test: false, copied: null },
    max_concurrent: definition.settings.max_concurrent,
    keep: definition.settings.keep,
    input: { ...payload, type },
    trigger: { type, trigger_id, ...facts },
  })
  insertFires(tx, [{ ...plainFire, ...fire, id: ports.newId(), trigger_id, outcome: 'started', execution_id: id }])
  return id
}
