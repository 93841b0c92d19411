// What a program does with the installed package, wherever it runs.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { ConnectionError, call, createClient, isApiError, operations } from '@parley/sdk'
import { verifyWebhook } from '@parley/sdk/webhooks'

/** `base_url`: of a server that answers as Parley does. */
export async function use(base_url) {
  const client = createClient({ base_url, token: 'ak_a.b' })

  const names = []
  for await (const { name } of client.iterate('listAgents')) names.push(name)
  assert.deepEqual(names, ['two', 'last'])

  assert.equal((await call({ base_url }, operations.endConversation, { conversation_id: 'c' })).status, 'completed')

  let text = ''
  let restarts = 0
  for await (const { event, data } of client.streamConversationMessage({ conversation_id: 'c', text: 'Hi' })) {
    if (event === 'message.delta') text += data.text
    if (event === 'turn.restarted') restarts += 1
  }
  assert.deepEqual([text, restarts], ['Hello', 0])

  const file = new Blob(['bytes']).stream()
  assert.deepEqual(await client.uploadSource({ source_id: 's', token: 't', file }), { bytes: 5, method: 'PUT' })

  const refusal = await client.getConversation({ conversation_id: 'c' }).catch((error) => error)
  assert.ok(isApiError(refusal, 'conversation_ended'))
  const lost = await createClient({ base_url: 'http://127.0.0.1:1', retries: 0 })
    .getHealth()
    .catch((error) => error)
  assert.ok(lost instanceof ConnectionError)

  const secret = `whsec_${Buffer.from('key').toString('base64')}`
  const at = String(Math.floor(Date.now() / 1000))
  const signature = `v1,${createHmac('sha256', 'key').update(`e.${at}.{"type":"x"}`).digest('base64')}`
  const headers = { 'webhook-id': 'e', 'webhook-timestamp': at, 'webhook-signature': signature }
  assert.deepEqual(await verifyWebhook('{"type":"x"}', headers, secret), { type: 'x' })
}
