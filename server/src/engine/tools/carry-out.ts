// Carries out the tool calls of a step side by side and writes each result as it arrives. Also settles calls that a lost
// attempt
// has left without a result.
import type { ToolResult } from '../../conversations/machine/attempt-decisions.ts'
import { rewriteMessages } from '../../base/error-messages.ts'
import { reach } from '../../conversations/conversations.ts'
import { type Redactor, createRedactor } from '../../secrets/rules/redact.ts'
import type { CallRun, RunningTurn } from '../running-turn.ts'
import { describeTool, describeToolContent } from '../../telemetry/gen-ai.ts'
import { traced } from '../../telemetry/traces.ts'
import type { JsonValue } from '../../base/json.ts'
import type { ModelToolResult } from '../../models/models.ts'
import { tool_calls } from '../metrics.ts'
import type { PlannedCall } from '../rules/step-policy.ts'
import { takeRoom } from '../rules/output-size.ts'
import { type ToolOutcome, type ToolRun, failed, runTool } from './turn-tool.ts'

type WriteResult = (result: ToolResult) => Promise<void>

/** A result as the model is shown it, and what the tool said to the end user. */
export interface CarriedOut extends ModelToolResult {
  /** Empty: nothing. */
  said: string
}

/** Results in the order of the calls. The first that cannot be written stops all of them. */
export async function carryOutCalls(
  calls: PlannedCall[],
  run: CallRun,
  writeResult: WriteResult,
): Promise<CarriedOut[]> {
  // Also for tools that use no secret: what one tool has sent, another may get back.
  const redactor = createRedactor(calls.some((call) => 'tool' in call) ? await run.readSecrets() : new Map())
  const stop = new AbortController()
  const signal = AbortSignal.any([run.signal, stop.signal])
  const runs = calls.map((call) => carryOutCall(call, { ...run, redactor, signal }, writeResult))
  try {
    return await Promise.all(runs)
  } catch (error) {
    stop.abort(error)
    await Promise.allSettled(runs)
    throw error
  }
}

async function carryOutCall(
  call: PlannedCall,
  run: ToolRun & Pick<CallRun, 'room' | 'holds_words' | 'mayAct'>,
  writeResult: WriteResult,
): Promise<CarriedOut> {
  const { call_id, name } = call
  // Its result was stored with the step.
  if ('fault' in call) return { call_id, name, output: call.fault, is_error: true, said: '' }
  const { ports } = run.services
  await reach(ports, 'tool.asked')
  await run.mayAct()
  const startedAt = ports.clock.monotonic()
  const made = await runTraced(call, run, () => runRedacted(() => makeCall(call, run), run.redactor))
  const text = made.said
  const result = made.settle ? run.passages.fitResult(call_id, made.output) : made.output
  const outcome = { output: takeRoom(run.room, result), is_error: made.is_error }
  made.settle?.(outcome.output)
  const latency_ms = Math.round(ports.clock.monotonic() - startedAt)
  run.services.metrics.count(tool_calls, { outcome: made.is_error ? 'failed' : 'ok' })
  await reach(ports, 'tool.answered')
  const said = text === '' ? null : { message_id: ports.newId(), text, is_held: run.holds_words }
  await writeResult({ call_id, name, ...outcome, latency_ms, said })
  return { call_id, name, ...outcome, said: text }
}

function runTraced(call: PlannedCall, run: ToolRun, make: () => Promise<ToolOutcome>): Promise<ToolOutcome> {
  const { recorded, services } = run
  const { name, attributes } = describeTool(call.name, call.call_id)
  return traced(services.traces, name, { attributes }, async (span) => {
    const made = await make()
    if (made.is_error) span.fail('tool_failed')
    const keep = (value: JsonValue) => recorded!(JSON.stringify(value))
    if (recorded) span.set(describeToolContent({ given: keep(call.arguments), result: keep(made.output) }))
    return made
  })
}

/** A call whose answer would exceed the limit is not made. */
async function makeCall(call: Extract<PlannedCall, { tool: unknown }>, run: ToolRun & Pick<CallRun, 'room'>) {
  if (run.room.left <= 0 && call.tool.needs_room) return failed(no_room)
  return runTool(call.tool, call, run)
}

const no_room = 'The call was not made: tool results in this turn reached the limit of 2 MiB.'

/** Removes secrets from everything that a call yields: its result, and what it throws, which is logged. */
async function runRedacted(run: () => Promise<ToolOutcome>, redactor: Redactor): Promise<ToolOutcome> {
  try {
    const { output, said, ...rest } = await run()
    return { ...rest, output: redactor.redactValue(output), said: redactor.redactText(said) }
  } catch (error) {
    rewriteMessages(error, (text) => redactor.redactText(text))
    throw error
  }
}

const unknown_outcome = 'It is unknown whether this call was carried out: the server that made it stopped.'

/**
 * T8: calls of an earlier attempt that have no result. Their outcome is unknown: calls of an idempotent tool are
 * repeated, unless their arguments were redacted; for the others, the model is told that the outcome is unknown.
 */
export async function settleOrphans(
  { items, tools, redactor }: Pick<RunningTurn, 'items' | 'tools' | 'redactor'>,
  run: CallRun,
  writeResult: WriteResult,
): Promise<CarriedOut[]> {
  const answered = new Set(items.filter(({ type }) => type === 'function_call_output').map(({ call_id }) => call_id))
  const orphans = items.filter(({ type, call_id }) => type === 'function_call' && !answered.has(call_id))
  const repeated: PlannedCall[] = []
  for (const { call_id: id, name: asked, arguments: given } of orphans) {
    const [call_id, name] = [id!, asked!]
    const tool = tools.get(name)
    // Its arguments as the model wrote them are lost: it must not be called with placeholders.
    const isWhole = !redactor?.hasPlaceholder(given)
    if (tool?.idempotent && isWhole) repeated.push({ call_id, name, arguments: given ?? {}, tool })
    else await writeResult({ call_id, name, output: unknown_outcome, is_error: true, latency_ms: null, said: null })
  }
  return carryOutCalls(repeated, run, writeResult)
}
