// The action `workflow` of a tool: executes a workflow, waits for its end within the tool's time, and gives its output to the tool. After a
// crash the turn's next attempt makes the same call, and joins its execution: there is never a second one (W9).
import { useOf } from '../../agents/rules/workflows.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { storedBytes } from '../../base/json-size.ts'
import type { Core } from '../../calls/core.ts'
import { type RootStore, openStore } from '../../database/store.ts'
import { type ActionRun, type ActionRunners, type ToolVariables, renderDeep } from '../../engine/engine.ts'
import { renderTemplate } from '../../templates/templates.ts'
import { changeExecution } from '../commit/change.ts'
import { executionKey } from '../followed.ts'
import { isRefused } from '../machine/events.ts'
import { type Ended, findExecutionByCause, readEnded } from '../rows/executions.ts'
import type { Workflows } from '../services.ts'
import { startCall } from './join-call.ts'
import { UseFault, type WorkflowUses } from './uses.ts'

export interface ActionServices {
  readonly core: Pick<Core, 'database' | 'live' | 'ports'>
  readonly room: Workflows
  readonly uses: WorkflowUses
}

type Action = Parameters<ActionRunners['workflow']>[0]

/** How often it looks without being notified. */
const look_ms = 500

export function createWorkflowAction(services: ActionServices): ActionRunners['workflow'] {
  return async (action, seen, around) => {
    const { core } = services
    const store = openStore(core.database, around.run.organization_id)
    const limit_ms = Math.min(around.timeLeft(), (action.timeout_seconds ?? Infinity) * 1000)
    const deadline = core.ports.clock.monotonic() + limit_ms
    let id: string
    try {
      id = await join(services, store, action, seen, around)
    } catch (error) {
      if (!(error instanceof UseFault)) throw error
      return { error: `The workflow failed: ${error.message}` }
    }
    const ended = await waitForEnd(services, store, id, { deadline, signal: around.run.signal })
    return answer(action, ended, around)
  }
}

/** The execution of this call, which may have been started before. */
async function join(
  services: ActionServices,
  store: RootStore,
  action: Action,
  seen: ToolVariables,
  around: ActionRun,
): Promise<string> {
  const cause = `tool:${around.call.call_id}:${around.path}`
  const known = await findExecutionByCause(store, cause)
  if (known !== null) return known
  const { conversation, turn_id } = around.run
  const { name: tool, call_id } = around.call
  const given = inputOf(action, seen, around)
  return startCall(services, store, { cause, use: useOf(action), given, tool, call_id, turn_id, conversation })
}

function inputOf(action: Action, seen: ToolVariables, { call, budget }: ActionRun): JsonObject {
  if (action.input === undefined || action.input === null) return call.arguments
  return renderDeep(action.input as JsonValue, (text) => renderTemplate(text, seen, { budget })) as JsonObject
}

/** Throws the signal's reason: the turn's next attempt joins, or the commit that ends the turn has it cancelled. */
async function waitForEnd(
  { core, room }: ActionServices,
  store: RootStore,
  id: string,
  { deadline, signal }: { deadline: number; signal: AbortSignal },
): Promise<Ended> {
  const { clock } = core.ports
  using listener = core.live.signals.listen(executionKey(id))
  for (;;) {
    const ended = await readEnded(store, id)
    if (ended) return ended
    signal.throwIfAborted()
    const left_ms = deadline - clock.monotonic()
    if (left_ms > 0) await listener.next({ timeout_ms: Math.min(left_ms, look_ms), signal })
    else {
      const happening = { type: 'cancelled', reason: 'tool_timeout' } as const
      const changed = await changeExecution(room, store, 'cancel', id, happening)
      // It was deleted with its conversation.
      if (!changed) throw new Error('the execution of a call is missing')
      if (isRefused(changed.reduced) && changed.reduced.refused !== 'final') throw new Error('it cannot be cancelled')
    }
  }
}

function answer(action: Action, ended: Ended, { run, room }: ActionRun) {
  if (ended.status !== 'success') {
    const message = ended.error?.message ?? 'It did not end in time.'
    const name = ended.error?.step_name ?? ended.step_name
    return { error: `The workflow failed at step "${name}": ${message}` }
  }
  const output = run.redactor.redactValue((ended.output ?? {}) as JsonValue) as JsonObject
  const saved: JsonObject = action.save_as ? { [action.save_as]: output } : output
  const bytes = storedBytes(saved)
  if (bytes > room.saved_bytes) return { error: 'The output of the workflow exceeds what a call may store, 1 MiB.' }
  room.saved_bytes -= bytes
  return { saved }
}
