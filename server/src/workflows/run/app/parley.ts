// Calls an operation of this server: in the name of who published the workflow, with the visit's id as the key, so that each takes effect
// once (T9).
import { type Operation, type OperationId, type Scope, describeError, operations } from '@parley/contract'
import { AppError } from '../../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../../base/json.ts'
import type { Access } from '../../../calls/access.ts'
import { checkFlat } from '../../../calls/check-input.ts'
import type { Origin } from '../../../calls/call.ts'
import type { Core } from '../../../calls/core.ts'
import { type ParleyTool, findParleyTool, parleyTools, parley_connection } from '../../rules/parley-tools.ts'
import { isTransient } from '../../rules/retry-after.ts'
import { StepFailure } from '../failure.ts'
import type { Publisher } from '../plan.ts'
import type { VisitRun } from '../visit-run.ts'
import { unknownTool } from './http-connection.ts'
import type { ToolCall, ToolOfConnection } from './port.ts'

type Services = Pick<Core, 'invoke' | 'ports' | 'log'>

export function listParleyTools(): ToolOfConnection[] {
  return parleyTools.map(({ name }) => {
    const operation = operationOf(name)
    return {
      name,
      description: operation.summary,
      parameters: parametersOf(operation),
      // A repeated call has the answer of the first.
      idempotent: true,
    }
  })
}

const operationOf = (name: string): Operation => operations[name as OperationId]

function parametersOf({ params, query, body }: Operation): JsonObject {
  const parts = [params, query, body].filter((part) => part !== undefined)
  const required = parts.flatMap((part) => (part.required as string[] | undefined) ?? [])
  const properties = Object.assign({}, ...parts.map((part) => part.properties)) as object
  return { type: 'object', properties: JSON.parse(JSON.stringify(properties)) as JsonObject, required }
}

export async function callParley(services: Services, run: VisitRun, call: ToolCall): Promise<JsonValue> {
  const tool = findParleyTool(call.tool)
  if (tool === null) throw unknownTool({ name: parley_connection }, call.tool)
  await run.attempt.checkOpen()
  try {
    return await withinTime(services, run, call, () => invoke(services, run, tool, call))
  } catch (error) {
    run.attempt.signal.throwIfAborted()
    if (!(error instanceof AppError)) throw error
    const { status } = describeError(error.error)
    const faults = (error.fields.errors ?? []).map(({ path, message }) => `${path} ${message}`)
    const message = faults.length === 0 ? error.message : `The arguments are not valid: ${faults.join('; ')}.`
    const after_ms = error.retry_after === undefined ? null : error.retry_after * 1000
    throw new StepFailure('app_failed', message, isTransient(status) ? 'transient' : 'permanent', after_ms)
  }
}

async function invoke(services: Services, run: VisitRun, tool: ParleyTool, call: ToolCall): Promise<JsonValue> {
  const id = tool.name as OperationId
  const { method, path } = operationOf(tool.name)
  const { key } = run.attempt
  const { conversation_id = null } = call.arguments
  const origin: Origin = {
    ...{ via: 'workflow', request_id: services.ports.newId(), log: services.log, accepts_stream: false, edge: null },
    key: tool.writes
      ? {
          ...{ value: key, method, path, body: call.arguments },
          conversation_id: typeof conversation_id === 'string' ? conversation_id : null,
        }
      : null,
    depth: run.context.depth + 1,
  }
  const principal = { kind: 'member', access: accessOf(run, tool.scopes) } as const
  const { output } = await services.invoke(id, principal, checkFlat(id, call.arguments), origin)
  return (output ?? null) as JsonValue
}

/** A copy of a definition acts in the name of who started it. */
function accessOf({ attempt, context }: VisitRun, scopes: readonly Scope[]): Access {
  const { organization_id, workflow_id } = attempt.execution
  const publisher = attempt.plan.published_by ?? (context.started_by as unknown as Publisher | null)
  return {
    organization_id,
    actor: publisher ?? { type: 'credential', id: null, name: 'Workflow' },
    scopes: new Set(scopes),
    agent_ids: null,
    conversation: null,
    limit_key: `workflow ${workflow_id ?? organization_id}`,
  }
}

/** The call goes on behind it; the next attempt joins it by its key. */
async function withinTime<T>(
  { ports }: Services,
  { attempt: { signal } }: VisitRun,
  { timeout_ms }: ToolCall,
  work: () => Promise<T>,
): Promise<T> {
  const stopped = Promise.withResolvers<never>()
  stopped.promise.catch(() => {})
  const onAbort = () => stopped.reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  const clear = ports.clock.after(timeout_ms, () =>
    stopped.reject(new StepFailure('app_failed', `The call took longer than ${timeout_ms} ms.`, 'unclear')),
  )
  try {
    signal.throwIfAborted()
    const working = work()
    working.catch(() => {})
    return await Promise.race([stopped.promise, working])
  } finally {
    clear()
    signal.removeEventListener('abort', onAbort)
  }
}
