// Calls an operation of a connection of the kind `http`: its arguments are checked, and fill the path, the query or the body.
import { connectionDefaults } from '@parley/contract'
import { checkAgainst } from '../../../agents/rules/argument-schemas.ts'
import type { JsonObject, JsonValue } from '../../../base/json.ts'
import { type PlacedArguments, isRepeatable, placeArguments } from '../../rules/connection-config.ts'
import { parametersOf } from '../../rules/connection-tools.ts'
import { StepFailure } from '../failure.ts'
import { type StepAnswer, headersOfVisit, sendRequest } from '../send-request.ts'
import type { VisitRun } from '../visit-run.ts'
import { type ConnectionAuths, withToken } from './auth.ts'
import { fillAddress, fillHeaders } from './fill-secrets.ts'
import { beginnerOf } from './begin-call.ts'
import type { StoredConnection, ToolCall, ToolOfConnection } from './port.ts'

export function listOperations({ config }: StoredConnection): ToolOfConnection[] {
  return (config.operations ?? []).map((operation) => ({
    name: operation.name,
    description: operation.description ?? '',
    parameters: parametersOf(operation),
    idempotent: isRepeatable(operation),
  }))
}

export async function callOperation(
  auths: ConnectionAuths,
  run: VisitRun,
  connection: StoredConnection,
  call: ToolCall,
): Promise<JsonValue> {
  const operation = connection.config.operations?.find(({ name }) => name === call.tool)
  if (!operation) throw unknownTool(connection, call.tool)
  checkArguments(parametersOf(operation), call.arguments)
  const placed = placeArguments(operation, call.arguments)
  if ('fault' in placed) throw new StepFailure('app_failed', placed.fault)
  const begin = beginnerOf(run, call.idempotent ?? isRepeatable(operation))
  const answer = await sendAuthorized({ auths, run, connection, call, begin }, placed)
  if (answer.status < 400) return answer.body
  throw new StepFailure(
    'app_failed',
    `The server answered ${answer.status}.`,
    answer.is_transient ? 'transient' : 'permanent',
    answer.after_ms,
  )
}

export const unknownTool = ({ name }: Pick<StoredConnection, 'name'>, tool: string) =>
  new StepFailure('app_failed', `The connection "${name}" has no tool "${tool}".`)

export function checkArguments(parameters: JsonObject, given: JsonObject): void {
  const faults = checkAgainst(parameters, given)
  if (faults.length === 0) return
  const told = faults.map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
  throw new StepFailure('app_failed', `The arguments are not valid: ${told.join('; ')}.`)
}

interface Sending {
  auths: ConnectionAuths
  run: VisitRun
  connection: StoredConnection
  call: ToolCall
  begin: () => Promise<void>
}

/** A token that is refused is renewed once. */
async function sendAuthorized(sending: Sending, placed: PlacedArguments): Promise<StepAnswer> {
  const first = await sendOnce(sending, placed)
  if (first.answer.status !== 401 || first.token === null) return first.answer
  sending.auths.forget(first.token)
  return (await sendOnce(sending, placed)).answer
}

async function sendOnce(
  { auths, run, connection, call, begin }: Sending,
  { method, path, query, body }: PlacedArguments,
): Promise<{ answer: StepAnswer; token: string | null }> {
  const { config, id: connection_id } = connection
  const { attempt } = run
  const { headers, token } = await auths.authorize(config.auth ?? { type: 'none' }, {
    ...{ organization_id: attempt.execution.organization_id, connection_id, redactor: call.redactor },
    ...{ signal: attempt.signal, begin: () => attempt.checkOpen() },
  })
  const url = fillAddress(config.url, call.redactor, 'url')
  url.pathname = url.pathname.replace(/\/+$/, '') + path
  for (const [name, value] of query) url.searchParams.append(name, value)
  const request = {
    ...{ method, url: url.href, timeout_ms: timeOf(connection, call) },
    headers: {
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...fillHeaders(config, call.redactor),
      ...headers,
      ...headersOfVisit(run),
    },
    body: body === null ? undefined : JSON.stringify(body),
  }
  const redactor = withToken(call.redactor, token)
  return { answer: await sendRequest(run, request, { redactor, code: 'app_failed', begin }), token }
}

/** The shorter one holds. */
export function timeOf({ config }: StoredConnection, { timeout_ms }: Pick<ToolCall, 'timeout_ms'>): number {
  return Math.min(timeout_ms, config.timeout_ms ?? connectionDefaults.timeout_ms)
}
