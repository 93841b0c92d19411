import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { type WebhookHeaders, verifyWebhook } from './webhooks.ts'

const secret = `whsec_${Buffer.from('a key of thirty-two bytes, or so').toString('base64')}`
const body = JSON.stringify({ type: 'conversation.ended', data: { text: 'ä' } })
const now = () => Math.floor(Date.now() / 1000)

function headersOf({ at = now(), key = secret, text = body, id = 'e' } = {}): Record<string, string> {
  const hmac = createHmac('sha256', Buffer.from(key.slice(6), 'base64')).update(`${id}.${at}.${text}`)
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${hmac.digest('base64')}` }
}
const faultOf = (headers: WebhookHeaders, text = body, secrets: string | string[] = secret) =>
  verifyWebhook(text, headers, secrets).then(
    () => null,
    (error: { code: string }) => error.code,
  )

test('returns the event, from text or bytes, and from the headers of fetch or of Node', async () => {
  const event = await verifyWebhook(body, headersOf(), secret)
  expect(event).toEqual(JSON.parse(body))
  if (event.type === 'conversation.ended' && event.conversation_id) event.data.end_reason satisfies string
  const bytes = new TextEncoder().encode(body)
  expect(await verifyWebhook(bytes, new Headers(headersOf()), [secret])).toEqual(event)
  const other = `whsec_${Buffer.from('another').toString('base64')}`
  // While a secret is being replaced, either side can have two.
  expect(await faultOf(headersOf(), body, [other, secret])).toBeNull()
  const [one, two] = [headersOf({ key: other }), headersOf()]
  const both = { ...two, 'webhook-signature': `v2,x ${one['webhook-signature']} ${two['webhook-signature']}` }
  expect(await faultOf(both)).toBeNull()
})

test('refuses everything else, and says why', async () => {
  for (const name of Object.keys(headersOf())) {
    const { [name]: _left, ...rest } = headersOf()
    expect(await faultOf(rest)).toBe('missing_header')
  }
  expect(await faultOf(headersOf({ at: now() - 310 }))).toBe('stale')
  expect(await faultOf(headersOf({ at: now() + 310 }))).toBe('stale')
  expect(await faultOf(headersOf(), `${body} `)).toBe('bad_signature')
  expect(await faultOf({ ...headersOf(), 'webhook-id': 'f' })).toBe('bad_signature')
  expect(await faultOf({ ...headersOf(), 'webhook-signature': 'v1,%%% v1a,x' })).toBe('bad_signature')
  expect(await faultOf({ ...headersOf(), 'webhook-timestamp': 'noon' })).toBe('malformed')
  expect(await faultOf(headersOf(), body, 'whsec_%')).toBe('malformed')
  expect(await faultOf(headersOf({ text: '{' }), '{')).toBe('malformed')
})
