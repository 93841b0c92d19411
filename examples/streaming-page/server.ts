// A site of your own: it keeps the key of the organization, and gives each visitor's page a token for one conversation.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'

const [, , agent_id] = process.argv
const token = process.env['PARLEY_API_KEY']
if (!agent_id || !token)
  throw new Error('Usage: PARLEY_API_KEY=ak_… npx node examples/streaming-page/server.ts AGENT_ID')

const parley_url = process.env['PARLEY_URL'] ?? 'http://127.0.0.1:8080'
const client = createClient({ base_url: parley_url, token })
const types = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8' }

async function startConversation(): Promise<string> {
  // The id of your signed-in user, which the page cannot choose.
  const { conversation } = await client.createConversation({
    channel: 'text',
    user_id: 'ada',
    agent_id: agent_id!,
  })
  const granted = await client.createConversationToken({
    conversation_id: conversation.id,
    permissions: ['read', 'message'],
    expires_in: 3600,
  })
  return JSON.stringify({ parley_url, conversation_id: conversation.id, token: granted.token })
}

const server = createServer((request, response) => {
  const send = (type: string, body: string | Buffer) => response.setHeader('content-type', type).end(body)
  const answer = async () => {
    if (request.method === 'POST' && request.url === '/start')
      return send('application/json', await startConversation())
    const name = request.url === '/page.js' ? 'js' : 'html'
    return send(types[name], await readFile(join(import.meta.dirname, `page.${name}`)))
  }
  answer().catch((error: unknown) => {
    console.error(error)
    response.writeHead(502).end()
  })
})
const port = Number(process.env['PORT'] ?? 4000)
server.listen(port, '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}`))
