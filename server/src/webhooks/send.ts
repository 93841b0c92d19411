// One try of a delivery: sends the signed request and describes the result for the list of deliveries.
import type { WebhookTry } from '@parley/contract'
import { requireCurrentKey } from '../sealing/secret-key.ts'
import type { Core } from '../calls/core.ts'
import { OutboundError } from '../outbound/client.ts'
import { isRedirect } from '../outbound/redirects.ts'
import { makeStorable } from '../base/text.ts'
import type { Head } from './lanes.ts'
import { isAccepted } from './rules/deliveries.ts'
import { signDelivery } from './sign.ts'

const try_timeout_ms = 15_000
const max_kept_bytes = 1024

/** For the body, which only the list of deliveries shows: the status has decided. */
const body_timeout_ms = 1000

type Part = Pick<Core, 'database' | 'outbound' | 'ports' | 'sealers'>

/** The same bytes on each try, unless the content of an execution was removed in between. */
function bodyOf({
  event_id,
  type,
  organization_id,
  agent_id,
  conversation_id,
  sequence,
  occurred_at,
  data,
  output,
}: Head): string {
  const place = { organization_id, agent_id, conversation_id, sequence: conversation_id === null ? null : sequence }
  return JSON.stringify({
    id: event_id,
    type,
    ...place,
    occurred_at,
    data: output === null ? data : { ...data, output },
  })
}

/** Throws only if `signal` aborts it, or this node's secret key was replaced. */
export async function makeTry(services: Part, head: Head, signal: AbortSignal): Promise<WebhookTry> {
  const { clock } = services.ports
  const started_ms = clock.now()
  const since = clock.monotonic()
  const answer = await request(services, head, Math.floor(started_ms / 1000), signal)
  // In the format of all other times of the API.
  const started_at = new Date(started_ms).toISOString().replace('Z', '000Z')
  return { started_at, latency_ms: Math.round(clock.monotonic() - since), ...answer }
}

type Answer = Pick<WebhookTry, 'status' | 'error' | 'response_body'>

async function request(services: Part, head: Head, timestamp: number, signal: AbortSignal): Promise<Answer> {
  const body = bodyOf(head)
  const secrets = await openSecrets(services, head)
  if (!secrets) return { status: null, error: unreadable, response_body: null }
  try {
    const response = await services.outbound.request({
      owner: head.organization_id,
      method: 'POST',
      url: head.url,
      headers: {
        'content-type': 'application/json',
        'webhook-id': head.event_id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signDelivery(secrets, head.event_id, timestamp, body),
      },
      body,
      timeout_ms: try_timeout_ms,
      max_body_bytes: max_kept_bytes,
      body_timeout_ms,
      // A 301 would turn the event into a GET of some page that answers 200.
      keeps_redirects: true,
      signal,
    })
    return readAnswer(response.status, response.body)
  } catch (error) {
    if (!(error instanceof OutboundError) || error.kind === 'aborted') throw error
    return { status: null, error: error.message, response_body: null }
  }
}

const unreadable = 'The secret was sealed with another secret key of the server. Rotate it.'

/** Null: the key that sealed them is lost. Throws if this node's own key was replaced, which is not the endpoint's fault. */
async function openSecrets(
  { database, sealers: { webhook_sealer } }: Part,
  { secrets, endpoint_id }: Head,
): Promise<string[] | null> {
  try {
    return secrets.map((sealed) => webhook_sealer.open(sealed, endpoint_id))
  } catch {
    await requireCurrentKey(database, webhook_sealer)
    return null
  }
}

function readAnswer(status: number, body: Buffer): Answer {
  const response_body = makeStorable(body.toString('utf8'))
  if (isAccepted(status)) return { status, error: null, response_body }
  const error = isRedirect(status) ? `Redirects are not followed (${status})` : `Answered ${status}`
  return { status, error, response_body }
}
