// What a program does with the installed package, wherever it runs: it needs nothing of Node.
import { ConnectionError, call, createClient, isApiError, operations } from '@parley/sdk'
import { verifyWebhook } from '@parley/sdk/webhooks'

function expectEqual(found, expected) {
  const [one, other] = [found, expected].map((value) => JSON.stringify(value))
  if (one !== other) throw new Error(`${one} instead of ${other}`)
}

const toBase64 = (bytes) => btoa(String.fromCodePoint(...new Uint8Array(bytes)))

async function sign(text) {
  const encoded = (value) => new TextEncoder().encode(value)
  const key = await crypto.subtle.importKey('raw', encoded('key'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return `v1,${toBase64(await crypto.subtle.sign('HMAC', key, encoded(text)))}`
}

/** `base_url`: of a server that answers as Parley does. */
export async function use(base_url) {
  const client = createClient({ base_url, token: 'ak_a.b' })

  const names = []
  for await (const { name } of client.iterate('listAgents')) names.push(name)
  expectEqual(names, ['two', 'last'])

  const ended = await call({ base_url }, operations.endConversation, { conversation_id: 'c' })
  expectEqual(ended.status, 'completed')

  let text = ''
  let restarts = 0
  for await (const { event, data } of client.streamConversationMessage({ conversation_id: 'c', text: 'Hi' })) {
    if (event === 'message.delta') text += data.text
    if (event === 'turn.restarted') restarts += 1
  }
  expectEqual([text, restarts], ['Hello', 0])

  // Browsers cannot send streams over HTTP/1.1.
  const file = typeof document === 'undefined' ? new Blob(['bytes']).stream() : new Blob(['bytes'])
  expectEqual(await client.uploadSource({ source_id: 's', token: 't', file }), { bytes: 5, method: 'PUT' })

  const refusal = await client.getConversation({ conversation_id: 'c' }).catch((error) => error)
  expectEqual(isApiError(refusal, 'conversation_ended'), true)
  const nowhere = createClient({ base_url: 'http://127.0.0.1:1', retries: 0 })
  const lost = await nowhere.getHealth().catch((error) => error)
  expectEqual(lost instanceof ConnectionError, true)

  const at = String(Math.floor(Date.now() / 1000))
  const headers = {
    'webhook-id': 'e',
    'webhook-timestamp': at,
    'webhook-signature': await sign(`e.${at}.{"type":"x"}`),
  }
  expectEqual(await verifyWebhook('{"type":"x"}', headers, `whsec_${toBase64(new TextEncoder().encode('key'))}`), {
    type: 'x',
  })
}
