// Messages and their turns: replies, tools, streams, and every way in which a turn has no reply.
import { answerJson } from '../../support/tool-peer.ts'
import { type Answer as Said, holdAnswer } from '../../support/scripted-model.ts'
import { makeAgent, type Walk, until } from '../world.ts'
import { tellLastModelRequest } from './agent-versions.ts'
import { unknown_id } from './constants.ts'

type Params = { conversation_id: string }

/** A conversation that is not recorded. */
export async function begin(walk: Walk, agent_id: string): Promise<Params> {
  const body = { channel: 'text', user_id: 'ada', agent_id }
  return { conversation_id: (await walk.prepare('createConversation', { body })).json.conversation.id }
}

/** The model returns these, one after the other. */
export function script(walk: Walk, ...answers: Said[]): void {
  walk.world.server.model.answer = () => answers.shift() ?? 'Nothing more.'
}

export async function walkMessages(walk: Walk): Promise<void> {
  const agent_id = await makeAgent(walk)
  await sendPlainly(walk, agent_id)
  await useTools(walk)
  await refuse(walk, agent_id)
  await fail(walk)
  await compete(walk, agent_id)
  await answerWidgets(walk)
}

/** Older than the run, so they are not masked. */
const client_ids = ['0190c000-0000-7000-8000-0000000000c1', '0190c000-0000-7000-8000-0000000000c2'] as const

async function answerWidgets(walk: Walk): Promise<void> {
  const { call } = walk
  const fields = [
    { id: 'mail', label: 'Mail', type: 'email', required: true },
    { id: 'stars', label: 'Stars', type: 'rating' },
  ]
  const agent_id = await makeAgent(walk, { forms: [{ id: 'contact', title: 'Contact', fields }] })
  const params = await begin(walk, agent_id)
  script(walk, { tool_calls: [{ name: 'show_form_contact', arguments: {} }] }, 'Please fill it in.', 'Thank you.')
  const named = { params, body: { text: 'Call me', interactivity: 'rich', client_id: client_ids[0] } }
  const shown = await call('sendConversationMessage', 'a message that the client has an id of', named)
  await call('sendConversationMessage', 'a message that is stored', named)
  const in_reply_to = shown.json.tool_calls[0].call_id
  const answer = (mail: string) => ({
    params,
    body: { in_reply_to, values: { mail, stars: 4 }, client_id: client_ids[1] },
  })
  await call('sendConversationMessage', 'an answer that does not fit the form', answer('nobody'))
  await call('sendConversationMessage', 'an answer to a form', answer('ada@example.com'))
  const again = { ...answer('bob@example.com').body, client_id: null }
  await call('sendConversationMessage', 'another answer to the form', { params, body: again })
  await call('getConversation', 'with an answer', { params })
  const { json } = await walk.prepare('createConversationToken', { params, body: { permissions: ['read', 'message'] } })
  const as = json.token as string
  await call('getConversation', 'with a widget, as the end user', { params, as })
  const turn = { ...params, turn_id: shown.json.turn_id }
  await call('cancelTurn', 'one that is over, as the end user', { params: turn, as })
}

async function sendPlainly(walk: Walk, agent_id: string): Promise<void> {
  const { call } = walk
  const params = await begin(walk, agent_id)
  script(walk, 'Hello Ada, “good” day.')
  await call('sendConversationMessage', 'a reply', { params, body: { text: ' Hello\n' } })
  tellLastModelRequest(walk)
  const held = holdAnswer()
  script(walk, held)
  const stream = walk.open('sendConversationMessage', 'a stream', {
    params,
    headers: { accept: 'text/event-stream' },
    body: { text: 'And now?' },
  })
  await held.asked
  for (const piece of ['One ', 'two ', 'thréé.']) {
    held.say(piece)
    await stream.sees(piece)
  }
  held.finish()
  await stream.ended
  script(walk, 'Under a key.')
  const keyed = { params, headers: { 'idempotency-key': 'message-1' }, body: { text: 'Once' } }
  await call('sendConversationMessage', 'under a key', keyed)
  await call('sendConversationMessage', 'under a key, again', keyed)
  await call('sendConversationMessage', 'under a key, again, as a stream', {
    ...keyed,
    headers: { ...keyed.headers, accept: 'text/event-stream' },
  })
  await call('sendConversationMessage', 'another one under this key', { ...keyed, body: { text: 'Twice' } })
  await call('listConversationTurns', 'all', { params })
  const page = await call('listConversationTurns', 'the first page', { params, query: 'limit=2' })
  await call('listConversationTurns', 'the next page', {
    params,
    query: `limit=2&cursor=${page.json.pagination.next_cursor}`,
  })
  await call('listConversationTurns', 'faults', { params, query: 'limit=101&cursor=x' })
}

async function useTools(walk: Walk): Promise<void> {
  const { call, world } = walk
  const actions = [
    { type: 'http', method: 'POST', url: `${world.peer.url}/orders`, body: { what: '{{ arguments.what }}' } },
  ]
  const parameters = { properties: { what: { type: 'string' } }, required: ['what'] }
  const agent_id = await makeAgent(walk, {
    tools: [{ name: 'look', description: 'Looks', ...parameters, actions }],
    built_in_tools: { end_conversation: { enabled: true } },
    channel_properties: { text: { body_template: '{{ agent_response }} — Aurora' } },
  })
  const params = await begin(walk, agent_id)
  world.peer.answer = (_request, response) => answerJson(response, { found: 'tea', price: 2.5 })
  const looking = { text: 'I look.', tool_calls: [{ name: 'look', arguments: { what: 'tea' } }] }
  script(walk, looking, 'Here it is.')
  await call('sendConversationMessage', 'a reply with a tool call', { params, body: { text: 'Tea?' } })
  walk.tell('the request to the tool', () => {
    const { method, url, raw_headers, body } = world.peer.requests.at(-1)!
    const headers = raw_headers.flatMap((name, index) => (index % 2 ? [] : [`${name}: ${raw_headers[index + 1]}`]))
    return [`${method} ${url}`, ...headers, body]
  })
  tellLastModelRequest(walk)
  world.peer.answer = (_request, response) => answerJson(response, { detail: 'Sold out' }, 409)
  const stream = walk.open('sendConversationMessage', 'a stream with tool calls that fail', {
    params,
    headers: { accept: 'text/event-stream' },
    body: { text: 'Tea?', interactivity: 'rich' },
  })
  // The model goes on once the result before has been read: text that comes at the same moment may be told first.
  const after = (seen: string, text: string) => ({
    async *[Symbol.asyncIterator]() {
      await stream.sees(seen)
      if (text !== '') yield text
    },
  })
  script(
    walk,
    looking,
    { text: after('Sold out', ''), tool_calls: [{ name: 'look', arguments: {} }] },
    { text: after('The arguments are not valid', ''), tool_calls: [{ name: 'unknown', arguments: '[' }] },
    after('No tool has this name', 'None.'),
  )
  await stream.ended
  await call('getConversation', 'with tool calls', { params })
  const { json } = await walk.prepare('createConversationToken', { params, body: { permissions: ['read', 'message'] } })
  script(walk, looking, 'For you.')
  await call('sendConversationMessage', 'a reply to an end user', { params, as: json.token, body: { text: 'And I?' } })
  await call('getConversation', 'as its end user', { params, as: json.token })
}

async function refuse(walk: Walk, agent_id: string): Promise<void> {
  const { call } = walk
  const params = await begin(walk, agent_id)
  await call('sendConversationMessage', 'blank', { params, body: { text: ' \n' } })
  await call('sendConversationMessage', 'faults', {
    params,
    headers: { 'parley-concurrency': 'race' },
    body: { text: 7, interactivity: 'loud' },
  })
  await call('sendConversationMessage', 'too long', {
    params,
    body: { text: 'x'.repeat(32_001) },
    shown_body: '(32,001 characters)',
  })
  await call('sendConversationMessage', 'a refusal is no stream', {
    params: { conversation_id: unknown_id },
    headers: { accept: 'text/event-stream' },
    body: { text: 'Hi' },
  })
  await walk.prepare('endConversation', { params })
  await call('sendConversationMessage', 'after its end', { params, body: { text: 'Hi' } })
}

async function fail(walk: Walk): Promise<void> {
  const { call } = walk
  const llm = { provider: 'openai', model: 'slow', timeout_ms: 200 }
  const params = await begin(walk, await makeAgent(walk, { llm }))
  // On a busy machine its first answer can be too late, and is asked for again.
  walk.world.server.model.answer = () => 400
  await call('sendConversationMessage', 'that the model refuses', { params, body: { text: 'Hi' } })
  await call('sendConversationMessage', 'that the model refuses, as a stream', {
    params,
    headers: { accept: 'text/event-stream' },
    body: { text: 'Hi' },
  })
  const held = holdAnswer()
  walk.world.server.model.answer = () => held
  await call('sendConversationMessage', 'that the model does not answer in time', { params, body: { text: 'Hi' } })
  await call('listConversationTurns', 'that failed', { params })
}

/** A turn that runs until its answer is finished; its message is answered later. */
async function run(walk: Walk, title: string, params: Params, headers: Record<string, string> = {}) {
  const held = holdAnswer()
  script(walk, held, 'The next one.')
  const answer = walk.open('sendConversationMessage', title, { params, headers, body: { text: title } })
  await held.asked
  return { held, answer }
}

async function compete(walk: Walk, agent_id: string): Promise<void> {
  const { call } = walk
  const params = await begin(walk, agent_id)
  const watcher = await walk.watch()
  const first = await run(walk, 'while which others come', params)
  await call('sendConversationMessage', 'while another turn runs, and that is no time', {
    params,
    headers: { 'parley-concurrency': 'reject' },
    body: { text: 'Now?' },
  })
  const waiting = walk.open('sendConversationMessage', 'that waits for its turn', { params, body: { text: 'Later' } })
  await until(async () => (await watcher.listConversationTurns(params)).data.length === 2)
  await call('sendConversationMessage', 'when too many wait', { params, body: { text: 'Me too' } })
  first.held.finish()
  await Promise.all([first.answer.ended, waiting.ended])

  const ways: Record<string, Record<string, string>> = { '': {}, ', as a stream': { accept: 'text/event-stream' } }
  for (const [how, headers] of Object.entries(ways)) {
    const second = await run(walk, `that is interrupted${how}`, params, headers)
    second.held.say('I begin ')
    if (how !== '') await second.answer.sees('I begin ')
    script(walk, 'Interrupted.')
    await call('sendConversationMessage', `that interrupts${how}`, {
      params,
      headers: { ...headers, 'parley-concurrency': 'interrupt' },
      body: { text: 'Stop' },
    })
    await second.answer.ended
  }

  const third = await run(walk, 'that is cancelled', params)
  const { data } = await watcher.listConversationTurns(params)
  const turn = { ...params, turn_id: data.at(-1)!.turn_id }
  await call('cancelTurn', 'that runs', { params: turn })
  await third.answer.ended
  await call('cancelTurn', 'that is over', { params: turn })
  await call('cancelTurn', 'unknown', { params: { ...params, turn_id: unknown_id } })

  const fourth = await run(walk, 'whose conversation is about to end', params)
  const finish = { params, body: { mode: 'finish', reason: 'Closing' } }
  const ended = walk.open('endConversation', 'after the turns that are open', finish)
  const isEnding = 'select from conversations where id = $1 and ending is not null'
  const { pool } = walk.world.server.database
  await until(async () => (await pool.query(isEnding, [params.conversation_id])).rowCount)
  await call('sendConversationMessage', 'when the end is near', { params, body: { text: 'One more' } })
  const other = await begin(walk, agent_id)
  fourth.held.finish()
  await Promise.all([fourth.answer.ended, ended.ended])
  const fifth = await run(walk, 'whose conversation is ended', other)
  await call('endConversation', 'in the middle of a reply', { params: other, headers: { prefer: 'wait=0' } })
  await fifth.answer.ended
  await call('getConversation', 'that was ended in the middle of a reply', { params: other })
}
