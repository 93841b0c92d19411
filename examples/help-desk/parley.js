// The desk's side of Parley's API: signatures of webhooks, and calls with nothing but `fetch`.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** By the rules of Standard Webhooks. The body is the text as it came. */
export function isSigned(secret, headers, body, now) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  const isKnown = signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace('v1,', ''), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  return isKnown && Math.abs(now / 1000 - Number(timestamp)) < 300
}

const answered_within_ms = 30_000

export function createParley({ url, key }) {
  const call = async (method, path, body, idempotency_key) => {
    const response = await fetch(`${url}/core/conversations/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(idempotency_key ? { 'idempotency-key': idempotency_key } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(answered_within_ms),
    })
    const retry_after_ms = Number(response.headers.get('retry-after') ?? 0) * 1000
    return { status: response.status, retry_after_ms, body: await response.json().catch(() => ({})) }
  }
  return {
    /** The transcript; it comes in parts when it is long. */
    async readItems(conversation_id) {
      const items = []
      for (let from = 0; from !== undefined;) {
        const { status, body } = await call('GET', `${conversation_id}?items_from=${from}`)
        if (status === 404) return []
        if (status !== 200) throw new Error(`Parley answered ${status}`)
        items.push(...body.conversation.items)
        from = body.conversation.next_position
      }
      return items
    },
    /** What a person does. The key is the desk's own id of it: sent again, it has one effect and gets the first answer. */
    send({ id, conversation_id, action, person: external, text }) {
      const bodies = {
        take: { external },
        // Who answers a ticket that waits takes it in the same step.
        reply: { external, text, take: true },
        return: { external },
        end: { external },
      }
      return call('POST', `${conversation_id}/${action}`, bodies[action], id)
    },
  }
}

/** What came back for an action: it is done, refused for good, or to be sent again. */
export function judge(answer) {
  if (answer === null || answer.status >= 500 || [401, 408, 429].includes(answer.status)) return { state: 'again' }
  if (answer.status < 300) return { state: 'done' }
  return { state: 'refused', why: answer.body.code ?? String(answer.status) }
}
