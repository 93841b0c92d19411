// Receives webhooks: checks the signature, ignores what it has seen, and answers before it works on the event.
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { WebhookVerificationError, verifyWebhook } from '@parley/sdk/webhooks'

// Both secrets while one replaces another.
const secrets = (process.env['WEBHOOK_SECRETS'] ?? '').split(',').filter((secret) => secret !== '')
if (secrets.length === 0)
  throw new Error('Usage: WEBHOOK_SECRETS=whsec_… npx node examples/webhook-receiver/receiver.ts')

// In a database of yours, in the transaction that stores the event.
const seen = new Set<string>()

const server = createServer(async (request, response) => {
  try {
    const event = await verifyWebhook(await text(request), request.headers, secrets)
    const id = String(request.headers['webhook-id'])
    if (!seen.has(id)) console.log(event.type, id)
    seen.add(id)
    response.writeHead(204).end()
  } catch (error) {
    const isForeign = error instanceof WebhookVerificationError
    console.error(isForeign ? `refused: ${error.code}` : error)
    response.writeHead(isForeign ? 400 : 500).end()
  }
})
const port = Number(process.env['PORT'] ?? 4000)
server.listen(port, '127.0.0.1', () => console.log(`waiting for events at http://127.0.0.1:${port}`))
