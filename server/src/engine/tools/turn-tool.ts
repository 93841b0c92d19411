// A tool as a turn offers it to the model, whatever its source, and one call of it.
import type { Logger } from 'pino'
import { checkAgainst } from '../../agents/rules/argument-schemas.ts'
import type { FieldFault } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { Ports } from '../../base/ports.ts'
import type { PromptVariables } from '../../conversations/conversations.ts'
import type { OutboundClient } from '../../outbound/client.ts'
import type { Redactor } from '../../secrets/rules/redact.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Traces } from '../../telemetry/traces.ts'
import type { TurnPassages } from '../turn-passages.ts'

export interface TurnTool {
  name: string
  description: string
  /** JSON Schema of the arguments. */
  parameters: JsonObject
  /** Whether arguments are checked against it here; if not, the receiver of the call checks them. */
  is_checked: boolean
  /** Whether a call with an unknown outcome may be repeated (T8). */
  idempotent: boolean
  /** Whether its answer may be long: it is not called once the turn's results have reached their limit. */
  needs_room: boolean
  /** What ends when a call of it has succeeded. */
  ends?: 'conversation' | 'turn'
  /** Throws the signal's reason when it is aborted; otherwise it throws only for defects of this server. */
  run(call: ToolCall, run: ToolRun): Promise<ToolOutcome>
}

export interface ToolCall {
  call_id: string
  name: string
  arguments: JsonObject
}

export interface ToolOutcome {
  output: JsonValue
  is_error: boolean
  /** To the end user, as part of the reply; empty: nothing. */
  said: string
  /** Only of a call that has searched knowledge bases: is told the result as it will be stored, and as the model is shown it. */
  settle?: (output: JsonValue) => void
}

/** What a call may use. */
export interface ToolRun {
  services: { outbound: OutboundClient; ports: Ports; metrics: Metrics; traces: Traces }
  organization_id: string
  /** `is_redacted`: not everything that is said in it may be kept. */
  conversation: { id: string; agent_id: string | null; is_redacted: boolean }
  turn_id: string
  variables: PromptVariables
  /** With the organization's secrets: only templates of requests see them, and nothing that comes back contains one. */
  redactor: Redactor
  signal: AbortSignal
  log: Logger
  /** Of the chain of calls that the conversation is part of. */
  readDepth(): Promise<number>
  passages: TurnPassages
  /** A text of the call as it may be kept in a trace; absent: none may be. */
  recorded?: (text: string) => string
  /** What the end user asks in this turn. */
  question(): Promise<string>
}

export const failed = (output: JsonValue): ToolOutcome => ({ output, is_error: true, said: '' })
export const done = (output: JsonValue): ToolOutcome => ({ output, is_error: false, said: '' })

/** Every failure becomes a result that the model sees, never a failed turn; only the end of the attempt stops it. */
export async function runTool(tool: TurnTool, call: ToolCall, run: ToolRun): Promise<ToolOutcome> {
  const faults = tool.is_checked ? checkAgainst(tool.parameters, call.arguments) : []
  if (faults.length > 0) return failed(`The arguments are not valid: ${faults.map(describeFault).join('; ')}.`)
  return tool.run(call, run)
}

function describeFault({ path, message }: FieldFault): string {
  return path === '' ? message : `${path} ${message}`
}
