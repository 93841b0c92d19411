// A chat in the terminal. Its argument is the id of an agent.
import { createInterface } from 'node:readline/promises'
import { createClient } from '@parley/sdk'

const [, , agent_id] = process.argv
const token = process.env['PARLEY_API_KEY']
if (!agent_id || !token) throw new Error('Usage: PARLEY_API_KEY=ak_… npx node examples/terminal-chat/chat.ts AGENT_ID')

const client = createClient({ base_url: process.env['PARLEY_URL'] ?? 'http://127.0.0.1:8080', token })
const { conversation, starting_message } = await client.createConversation({ channel: 'text', user_id: 'me', agent_id })
const conversation_id = conversation.id
process.stdout.write(`${starting_message ?? ''}\n> `)

for await (const text of createInterface({ input: process.stdin })) {
  if (text.trim() !== '') await answer(text)
  process.stdout.write('> ')
}
await client.endConversation({ conversation_id })

async function answer(text: string): Promise<void> {
  for await (const { event, data } of client.streamConversationMessage({ conversation_id, text })) {
    if (event === 'message.delta') process.stdout.write(data.text)
    if (event === 'turn.restarted') process.stdout.write('\n(once more) ')
    if (event === 'turn.failed') process.stdout.write(`(${data.detail})`)
  }
  process.stdout.write('\n')
}
