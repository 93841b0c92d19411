// Carries out one tool call. Whatever goes wrong is a result that the model sees, never a failed turn; only the attempt's own
// end stops it.
import { checkArguments, type ResolvedTool } from '../../agents/tools.ts'
import type { PromptVariables } from '../../conversations/turn-runner.ts'
import type { Services } from '../../context.ts'
import type { JsonObject, JsonValue } from '../../json.ts'
import { OutboundError } from '../../outbound/client.ts'
import { TemplateError } from '../../templates/templates.ts'
import { callHttp } from './http-action.ts'

export interface ToolCall {
  call_id: string
  name: string
  arguments: JsonObject
}

export interface ToolOutcome {
  output: JsonValue
  is_error: boolean
}

/** What the templates of an action see. */
export type ToolVariables = Readonly<Record<string, JsonValue>>

const failed = (output: JsonValue): ToolOutcome => ({ output, is_error: true })

/** Throws the signal's reason when it is told to stop, and nothing else. */
export async function runTool(
  services: Pick<Services, 'outbound' | 'ports'>,
  tool: ResolvedTool,
  call: ToolCall,
  variables: PromptVariables,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const faults = checkArguments(tool, call.arguments)
  if (faults.length > 0) return failed(`The arguments are not valid: ${faults.map(describeFault).join('; ')}.`)
  const deadline = services.ports.clock.monotonic() + tool.timeout_ms
  let collected: JsonObject = {}
  let is_error = false
  try {
    for (const action of tool.actions) {
      const left_ms = Math.max(1, Math.ceil(deadline - services.ports.clock.monotonic()))
      const seen = variablesOf(call, collected, variables)
      const { saved, is_failure } = await callHttp(services, action, { call, variables: seen, left_ms, signal })
      collected = { ...collected, ...(action.save_as ? { [action.save_as]: saved } : saved) }
      is_error = is_failure
      if (is_error) break
    }
    return { output: collected, is_error }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof OutboundError || error instanceof TemplateError) return failed(`${error.message}.`)
    throw error
  }
}

/** What the author of the configuration named stands above what a model named. */
function variablesOf(call: ToolCall, collected: JsonObject, variables: PromptVariables): ToolVariables {
  return { ...call.arguments, ...collected, ...variables, arguments: call.arguments }
}

function describeFault({ path, message }: { path: string; message: string }): string {
  return path === '' ? message : `${path} ${message}`
}
