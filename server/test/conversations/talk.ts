// Two nodes on one database, an agent that shows a form and widgets, and clients that talk to it.
import type { Input } from '@parley/contract'
import { type Client, createClient } from '@parley/sdk'
import type { Clock } from '../../src/base/ports.ts'
import { renew_ms } from '../../src/conversations/machine/turn.ts'
import { createHoldPoints } from '../redaction/hold-points.ts'
import { testPorts } from '../support/ports.ts'
import type { Answer } from '../support/scripted-model.ts'
import { publishAgent, startTestServer } from '../support/server.ts'

export type Sent = Omit<Input<'sendConversationMessage'>, 'conversation_id'>

const fields = [
  { id: 'name', label: 'Name', type: 'text' as const, required: true },
  { id: 'seat', label: 'Seat', type: 'select' as const, options: ['Window', 'Aisle'] },
]
export const form = { id: 'booking', title: 'Booking', fields }

/** What end users do not see. */
const hidden = ['tool_call.completed', 'conversation.updated', 'conversation.feedback', 'conversation.analyzed']

export type Talk = Awaited<ReturnType<typeof startTalk>>

export async function startTalk() {
  const { clock } = testPorts
  // It looks for leases that have run out more often than every 2.5 seconds.
  const after: Clock['after'] = (ms, call) => clock.after(ms === renew_ms ? 100 : ms, call)
  await using stack = new AsyncDisposableStack()
  const { reached, holdAt } = createHoldPoints()
  const ports = { clock: { ...clock, after } }
  const server = stack.use(await startTestServer({}, { ports: { ...ports, reached } }))
  const other = stack.use(await server.startAnother({}, { ports }))
  const config = { forms: [form], built_in_tools: { widgets: {} } }
  const { agent_id } = await publishAgent(server.client, config)

  const there = () => createClient({ base_url: other.url, token: server.admin_key, retries: 0 })
  const answerWith = (...answers: Answer[]) => {
    server.model.answer = () => answers.shift() ?? 'Fine.'
  }

  async function begin(agent = agent_id): Promise<string> {
    answerWith()
    return (await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id: agent })).conversation
      .id
  }
  const send = (conversation_id: string, sent: Sent, client = server.client) =>
    client.sendConversationMessage({ conversation_id, ...sent })
  const read = async (conversation_id: string, client = server.client) =>
    (await client.getConversation({ conversation_id })).conversation!.items
  const saidByUser = async (id: string) => (await read(id)).filter(({ role }) => role === 'user')
  const countRows = async (table: string, id: string) =>
    (await server.database.pool.query(`select from ${table} where conversation_id = $1`, [id])).rowCount

  /** The log up to now, as the client may see it. */
  async function eventsOf(conversation_id: string, token?: Client) {
    const { rows } = await server.database.pool.query<{ last: string }>(
      'select max(sequence) as last from events where conversation_id = $1 and type <> all($2)',
      [conversation_id, token ? hidden : []],
    )
    const last = Number(rows[0]!.last)
    const events = []
    const client = token ?? server.client
    for await (const event of client.streamConversationEvents({ conversation_id })) {
      if (!('id' in event)) continue
      events.push(event)
      if (event.id >= last) break
    }
    return events.map(({ event, data }) => ({ type: event as string, data: data.data as Record<string, unknown> }))
  }

  /** A conversation in which this was shown, and the id of the call that showed it. */
  async function show(tool: string, given: object = {}, agent = agent_id) {
    const id = await begin(agent)
    answerWith({ tool_calls: [{ name: tool, arguments: given }] }, 'Please.')
    const reply = await send(id, { text: 'Show me', interactivity: 'rich' })
    return { id, call_id: reply.tool_calls[0]!.call_id, reply }
  }
  const showForm = () => show('show_form_booking')

  async function tokenFor(conversation_id: string, permissions: ('read' | 'message' | 'end')[] = ['read', 'message']) {
    const { token } = await server.client.createConversationToken({ conversation_id, permissions })
    return server.as({ token })
  }

  const owned = stack.move()
  return {
    ...{ server, agent_id, there, answerWith, begin, send, read, saidByUser, countRows, eventsOf },
    ...{ show, showForm, tokenFor, holdAt },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
