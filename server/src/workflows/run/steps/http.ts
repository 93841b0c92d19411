// An http step sends a request. Any status is an answer, unless the step says otherwise.
import { joinUrl } from '../../../engine/rules/request-url.ts'
import type { JsonObject, JsonValue } from '../../../base/json.ts'
import { OutboundError } from '../../../outbound/client.ts'
import { writeText } from '../../../sandbox/rules/fill.ts'
import { type Redactor, createRedactor } from '../../../secrets/rules/redact.ts'
import type { StepConfigs } from '../../rules/resolve-definition.ts'
import { StepFailure } from '../failure.ts'
import { fillTogether } from '../fill.ts'
import {
  type StepAnswer,
  type StepRequest,
  headersOfVisit,
  max_request_characters,
  sendRequest,
} from '../send-request.ts'
import type { RunStep, StepResult, VisitRun } from '../visit-run.ts'

type Config = StepConfigs['http']

export const runHttp: RunStep<'http'> = async (config, run) => {
  const { attempt, services } = run
  const redactor = createRedactor(await services.readSecrets(attempt.execution.organization_id))
  try {
    const { request, shown } = await prepareRequest(config, run, redactor)
    const input = redactor.redactValue(shown)
    const begin = attempt.step.is_idempotent ? attempt.checkOpen : attempt.noteEffect
    try {
      const answer = await sendRequest(run, request, { redactor, code: 'http_failed', begin })
      return { ...judge(config, answer, redactor), input }
    } catch (error) {
      throw error instanceof StepFailure ? Object.assign(error, { input }) : error
    }
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error
    error.message = redactor.redactText(error.message)
    throw error
  }
}

function judge({ fail_on_status }: Config, answer: StepAnswer, redactor: Redactor): StepResult {
  const { status, body, is_transient, after_ms } = answer
  const message = `The server answered ${status}.`
  if (fail_on_status && status >= 400) {
    throw new StepFailure('http_status', message, is_transient ? 'transient' : 'permanent', after_ms)
  }
  const headers = redactor.redactValue(namesAndValues(answer.headers))
  const output = { status_code: status, headers, body }
  return is_transient ? { output, retry: { error: { code: 'http_status', message }, after_ms } } : { output }
}

/** Several of one name are one text. */
const namesAndValues = (headers: Headers): JsonObject =>
  Object.fromEntries([...new Set(headers.keys())].map((name) => [name, headers.get(name)]))

const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** `shown`: for readers of the visit, once secrets are removed. */
async function prepareRequest(
  config: Config,
  run: VisitRun,
  { secrets }: Redactor,
): Promise<{ request: StepRequest; shown: JsonObject }> {
  const { method, timeout_ms } = config
  const hasBody = withBody.has(method) && 'body' in config
  const { values, fields } = await fillTogether(
    run,
    [
      { path: 'headers', value: config.headers },
      { path: 'query_params', value: config.query_params },
      { path: 'body', value: hasBody ? config.body : null },
    ],
    [{ path: 'url', text: config.url }],
    secrets,
  )
  const [headers, query, body] = values
  const url = addressOf(fields[0]!.parts)
  const given = headersOf(headers as JsonObject)
  const content = hasBody ? contentOf(body!) : null
  const all = { ...(content && { 'content-type': content.type }), ...given, ...headersOfVisit(run) }
  const request = {
    ...{ method, timeout_ms, headers: all, body: content?.text },
    url: withQuery(url, query as JsonObject),
  }
  const characters = JSON.stringify([request.url, request.headers]).length + (request.body?.length ?? 0)
  if (characters > max_request_characters) {
    throw new StepFailure('http_failed', `The request has more than ${max_request_characters} characters.`)
  }
  return { request, shown: { method, url: request.url, headers: given, ...(content && { body: body! }) } }
}

type Parts = readonly { text: string; is_value: boolean }[]

function addressOf(parts: Parts): string {
  try {
    return joinUrl(trimmed(parts))
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    throw new StepFailure('http_failed', `url: ${error.message}.`)
  }
}

/** White space around an address does not count. */
function trimmed(parts: Parts): Parts {
  const trim = (text: string, at: number) => {
    const start = at === 0 ? text.trimStart() : text
    return at === parts.length - 1 ? start.trimEnd() : start
  }
  return parts.map(({ text, is_value }, at) => ({ text: trim(text, at), is_value }))
}

/** Null sends none. A name that comes twice has its last value. */
function headersOf(given: JsonObject): Record<string, string> {
  const sent = Object.entries(given).filter(([, value]) => value !== null)
  return Object.fromEntries(sent.map(([name, value]) => [name.toLowerCase(), writeText(value)]))
}

/** Null adds none; each entry of a list is one. */
function withQuery(address: string, given: JsonObject): string {
  const url = new URL(address)
  for (const [name, value] of Object.entries(given)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null) url.searchParams.append(name, writeText(one))
    }
  }
  return url.href
}

/** What is not a text is sent as JSON. */
function contentOf(body: JsonValue): { text: string; type: string } {
  if (typeof body === 'string') return { text: body, type: 'text/plain' }
  return { text: JSON.stringify(body), type: 'application/json' }
}
