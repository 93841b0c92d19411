// The tool calls of a step: carried out side by side, each result written as it comes. And those that an attempt which is gone
// has left without a result.
import type { ToolResult } from '../../conversations/attempt-decisions.ts'
import { reach } from '../../conversations/pause-points.ts'
import { readTurnItems } from '../../conversations/queries.ts'
import type { PromptVariables } from '../../conversations/turn-runner.ts'
import type { Services } from '../../context.ts'
import { type RunningTurn, toolsByName } from '../attempt-input.ts'
import type { ModelToolResult } from '../models/port.ts'
import type { PlannedCall } from '../step-policy.ts'
import { runTool } from './run-tool.ts'

type Part = Pick<Services, 'ports' | 'outbound'>

interface ResultPort {
  signal: AbortSignal
  writeToolResult(result: ToolResult): Promise<void>
}

/** Results in the order of the calls. The first one that cannot be written ends them all. */
export async function carryOutCalls(
  services: Part,
  calls: PlannedCall[],
  variables: PromptVariables,
  port: ResultPort,
): Promise<ModelToolResult[]> {
  const stop = new AbortController()
  const signal = AbortSignal.any([port.signal, stop.signal])
  const runs = calls.map((call) => carryOutCall(services, call, variables, { ...port, signal }))
  try {
    return await Promise.all(runs)
  } catch (error) {
    stop.abort(error)
    await Promise.allSettled(runs)
    throw error
  }
}

async function carryOutCall(
  services: Part,
  call: PlannedCall,
  variables: PromptVariables,
  { signal, writeToolResult }: ResultPort,
): Promise<ModelToolResult> {
  const { call_id, name } = call
  // Its result came with the step.
  if ('fault' in call) return { call_id, name, output: call.fault, is_error: true }
  const { clock } = services.ports
  await reach(services.ports, 'tool.asked')
  const startedAt = clock.monotonic()
  const outcome = await runTool(services, call.tool, call, variables, signal)
  await reach(services.ports, 'tool.answered')
  await writeToolResult({ call_id, name, ...outcome, latency_ms: Math.round(clock.monotonic() - startedAt) })
  return { call_id, name, ...outcome }
}

const unknown_outcome = 'It is not known whether this call was carried out: the server that made it was lost.'

/**
 * T8: calls of an earlier attempt that have no result. Nobody knows what became of them: those of an idempotent tool are made
 * again, of the others the model is told so.
 */
export async function settleOrphans(
  services: Part,
  { store, turn, conversation, config, variables }: RunningTurn,
  port: ResultPort,
): Promise<void> {
  const items = await readTurnItems(store, conversation.id, turn.id)
  const answered = new Set(items.filter(({ type }) => type === 'function_call_output').map(({ call_id }) => call_id))
  const orphans = items.filter(({ type, call_id }) => type === 'function_call' && !answered.has(call_id))
  const tools = toolsByName(config)
  const repeated: PlannedCall[] = []
  for (const { call_id: id, name: asked, arguments: given } of orphans) {
    const [call_id, name] = [id!, asked!]
    const tool = tools.get(name)
    if (tool?.idempotent) repeated.push({ call_id, name, arguments: given ?? {}, tool })
    else await port.writeToolResult({ call_id, name, output: unknown_outcome, is_error: true, latency_ms: null })
  }
  await carryOutCalls(services, repeated, variables, port)
}
