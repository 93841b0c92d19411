// Carries out one tool call. Whatever goes wrong is a result that the model sees, never a failed turn; only the attempt's own
// end stops it.
import type { Logger } from 'pino'
import { checkAgainst } from '../../agents/rules/argument-schemas.ts'
import type { PromptVariables } from '../../conversations/turn-runner.ts'
import { widgetResult } from '../../conversations/machine/turn-items.ts'
import type { EngineServices } from '../services.ts'
import type { FieldFault } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { Redactor } from '../../secrets/rules/redact.ts'
import { callRemoteTool } from './mcp/turn-servers.ts'
import { runActions } from './run-actions.ts'
import type { TurnTool } from '../rules/turn-tools.ts'

export interface ToolCall {
  call_id: string
  name: string
  arguments: JsonObject
}

export interface ToolOutcome {
  output: JsonValue
  is_error: boolean
  /** To the end user, as a part of the reply; empty: nothing. */
  said: string
}

/** What a call may use. */
export interface ToolRun {
  services: Pick<EngineServices, 'outbound' | 'ports' | 'mcp_listings'>
  organization_id: string
  variables: PromptVariables
  /** With the secrets of the organization: only the templates of requests see them, and nothing that comes back holds one. */
  redactor: Redactor
  signal: AbortSignal
  log: Logger
}

export const failed = (output: JsonValue): ToolOutcome => ({ output, is_error: true, said: '' })
const done = (output: JsonValue): ToolOutcome => ({ output, is_error: false, said: '' })

/** Throws the signal's reason when it is told to stop, and nothing else. */
export async function runTool(tool: TurnTool, call: ToolCall, run: ToolRun): Promise<ToolOutcome> {
  const faults = faultsOf(tool, call.arguments)
  if (faults.length > 0) return failed(`The arguments are not valid: ${faults.map(describeFault).join('; ')}.`)
  switch (tool.work.type) {
    case 'actions':
      return runActions(tool.work, tool.timeout_ms, call, run)
    case 'show_widget':
      return done(widgetResult({ type: tool.work.widget, data: call.arguments } as never))
    case 'show_form':
      return done(widgetResult({ type: 'form', data: tool.work.form }))
    case 'end_conversation':
      return done('The conversation ends with your reply.')
    case 'mcp':
      return callRemoteTool(tool.work, tool.parameters, call, run)
  }
}

function faultsOf({ work, parameters }: TurnTool, given: JsonObject): FieldFault[] {
  return work.type !== 'mcp' || work.is_checked ? checkAgainst(parameters, given) : []
}

function describeFault({ path, message }: { path: string; message: string }): string {
  return path === '' ? message : `${path} ${message}`
}
