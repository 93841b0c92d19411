// The tool calls of a step: carried out side by side, each result written as it comes. And those that an attempt which is gone
// has left without a result.
import type { ToolResult } from '../../conversations/attempt-decisions.ts'
import { reach } from '../../conversations/pause-points.ts'
import type { RunningTurn } from '../attempt-input.ts'
import type { ModelToolResult } from '../models/port.ts'
import type { PlannedCall } from '../step-policy.ts'
import { type ToolRun, runTool } from './run-tool.ts'

type WriteResult = (result: ToolResult) => Promise<void>

/** A result as the model is shown it, and whether the tool said something to the end user. */
export interface CarriedOut extends ModelToolResult {
  has_said: boolean
}

/** Results in the order of the calls. The first one that cannot be written ends them all. */
export async function carryOutCalls(
  calls: PlannedCall[],
  run: ToolRun,
  writeResult: WriteResult,
): Promise<CarriedOut[]> {
  const stop = new AbortController()
  const signal = AbortSignal.any([run.signal, stop.signal])
  const runs = calls.map((call) => carryOutCall(call, { ...run, signal }, writeResult))
  try {
    return await Promise.all(runs)
  } catch (error) {
    stop.abort(error)
    await Promise.allSettled(runs)
    throw error
  }
}

async function carryOutCall(call: PlannedCall, run: ToolRun, writeResult: WriteResult): Promise<CarriedOut> {
  const { call_id, name } = call
  // Its result came with the step.
  if ('fault' in call) return { call_id, name, output: call.fault, is_error: true, has_said: false }
  const { ports } = run.services
  await reach(ports, 'tool.asked')
  const startedAt = ports.clock.monotonic()
  const { said: text, ...outcome } = await runTool(call.tool, call, run)
  const latency_ms = Math.round(ports.clock.monotonic() - startedAt)
  await reach(ports, 'tool.answered')
  const said = text === '' ? null : { message_id: ports.newId(), text }
  await writeResult({ call_id, name, ...outcome, latency_ms, said })
  return { call_id, name, ...outcome, has_said: said !== null }
}

const unknown_outcome = 'It is not known whether this call was carried out: the server that made it was lost.'

/**
 * T8: calls of an earlier attempt that have no result. Nobody knows what became of them: those of an idempotent tool are made
 * again, of the others the model is told so.
 */
export async function settleOrphans(
  { items, tools }: Pick<RunningTurn, 'items' | 'tools'>,
  run: ToolRun,
  writeResult: WriteResult,
): Promise<CarriedOut[]> {
  const answered = new Set(items.filter(({ type }) => type === 'function_call_output').map(({ call_id }) => call_id))
  const orphans = items.filter(({ type, call_id }) => type === 'function_call' && !answered.has(call_id))
  const repeated: PlannedCall[] = []
  for (const { call_id: id, name: asked, arguments: given } of orphans) {
    const [call_id, name] = [id!, asked!]
    const tool = tools.get(name)
    if (tool?.idempotent) repeated.push({ call_id, name, arguments: given ?? {}, tool })
    else await writeResult({ call_id, name, output: unknown_outcome, is_error: true, latency_ms: null, said: null })
  }
  return carryOutCalls(repeated, run, writeResult)
}
