// The end of a conversation, its events, and its analysis afterwards.
import { holdAnswer } from '../../support/scripted-model.ts'
import { makeAgent, type Walk, until } from '../world.ts'
import { tellLastModelRequest } from './agent-versions.ts'
import { unknown_id } from './constants.ts'
import { begin, script } from './messages.ts'

export async function walkEndings(walk: Walk): Promise<void> {
  const { call, world } = walk
  const watcher = await walk.watch()
  const params = await begin(walk, await makeAgent(walk, { analysis: { summary: { max_words: 20 } } }))
  const untilAnalysed = (status: string) =>
    until(async () => (await watcher.getConversation(params)).analysis_status === status)
  script(walk, 'A reply.')
  await walk.prepare('sendConversationMessage', { params, body: { text: 'Where is my parcel?' } })
  await call('analyzeConversation', 'an active one', { params })
  await call('endConversation', 'faults', {
    params,
    headers: { prefer: 'x'.repeat(201) },
    body: { mode: 'soon', reason: 7 },
  })
  script(walk, 'They asked for a parcel.')
  await call('endConversation', 'waiting for the summary', {
    params,
    headers: { prefer: 'wait=30' },
    body: { reason: 'Done' },
  })
  tellLastModelRequest(walk)
  await call('endConversation', 'again', { params })
  await call('getConversation', 'with a summary', { params })
  const held = holdAnswer()
  world.server.model.answer = () => held
  await call('analyzeConversation', 'once more', { params })
  await held.asked
  await call('analyzeConversation', 'while that is done', { params })
  held.say('A parcel was lost.')
  held.finish()
  await untilAnalysed('done')
  await call('getConversation', 'with another summary', { params })
  script(walk, 400)
  await walk.prepare('analyzeConversation', { params })
  await untilAnalysed('failed')
  await call('getConversation', 'whose analysis failed', { params })
  await call('analyzeConversation', 'unknown', { params: { conversation_id: unknown_id } })
  await call('listConversationAnalyses', 'the newest and an earlier one', { params })
  await call('listConversationAnalyses', 'unknown', { params: { conversation_id: unknown_id } })
  await call('streamConversationEvents', 'with its analyses', { params })
}

export async function walkAnswers(walk: Walk): Promise<void> {
  const { call } = walk
  const analysis = {
    summary: { enabled: false },
    outcome: { options: [{ name: 'found', description: 'They know where it is.' }, { name: 'lost' }] },
    extract: { type: 'object', properties: { order: { type: 'string' } } },
    success: 'Was the parcel found?',
  }
  const params = await begin(walk, await makeAgent(walk, { analysis }))
  script(walk, 'A reply.')
  await walk.prepare('sendConversationMessage', { params, body: { text: 'Where is order 7?' } })
  const answer = { outcome: 'lost', extracted: { order: '7' }, success: false, success_reason: 'It is unknown.' }
  script(walk, JSON.stringify(answer))
  await walk.prepare('endConversation', { params, headers: { prefer: 'wait=30' } })
  tellLastModelRequest(walk)
  await call('getConversation', 'with outcome, extracted fields and success', { params })
}

export async function walkEvents(walk: Walk): Promise<void> {
  const { call, world } = walk
  const agent_id = await makeAgent(walk, { starting_message: 'Hello!' })
  const params = await begin(walk, agent_id)
  const stream = walk.open('streamConversationEvents', 'from the first event to the last', { params })
  await stream.sees('event: conversation.started')
  const held = holdAnswer()
  world.server.model.answer = () => held
  const reply = walk.open('sendConversationMessage', 'beside the events', { params, body: { text: 'Hi' } })
  await held.asked
  await stream.sees('event: turn.started')
  held.say('I say ')
  await stream.sees('I say ')
  const late = walk.open('streamConversationEvents', 'joined in the middle of a turn', {
    params,
    headers: { 'last-event-id': '2' },
  })
  await late.sees('event: message.snapshot')
  held.say('this.')
  await stream.sees('"this."')
  await late.sees('"this."')
  held.finish()
  await reply.ended
  await stream.sees('event: turn.completed')
  await walk.prepare('updateConversation', { params, body: { custom_metadata: { a: 1 } } })
  await stream.sees('event: conversation.updated')
  await walk.prepare('endConversation', { params })
  const { text } = await stream.ended
  await late.ended
  const last = Number([...text.matchAll(/^id: (\d+)$/gm)].at(-1)![1])
  await call('streamConversationEvents', 'after its end, from an event on', { params, query: `after=${last - 1}` })
  await call('streamConversationEvents', 'after its last event', { params, headers: { 'last-event-id': String(last) } })
  await call('streamConversationEvents', 'beyond its last event', { params, query: `after=${last + 1}` })
  await call('streamConversationEvents', 'faults', { params, query: 'after=-1', headers: { 'last-event-id': 'x' } })
  await call('streamConversationEvents', 'unknown', { params: { conversation_id: unknown_id } })
  const { json } = await walk.prepare('createConversationToken', { params, body: { permissions: ['read'] } })
  await call('streamConversationEvents', 'to its end user, with the token in the query', {
    params,
    as: null,
    query: `token=${json.token}`,
  })
}

export async function walkChanges(walk: Walk): Promise<void> {
  const { call } = walk
  const agent_id = await makeAgent(walk)
  const start = await call('listConversationChanges', 'where it stands')
  const { position } = start.json
  const params = await begin(walk, agent_id)
  await call('listConversationChanges', 'a new conversation', { query: `after=${position}` })
  await walk.prepare('updateConversation', { params, body: { custom_metadata: { a: 1 } } })
  const page = await call('listConversationChanges', 'a changed one', { query: `after=${position}` })
  await call('listConversationChanges', 'nothing new', { query: `after=${page.json.position}` })
  await call('listConversationChanges', 'of another agent', { query: `after=${position}&agent_id=${unknown_id}` })
  await call('listConversationChanges', 'from a place that is not kept', { query: 'after=999999' })
  await call('listConversationChanges', 'faults', { query: 'after=-1', headers: { 'last-event-id': 'x' } })
  const stream = walk.open('listConversationChanges', 'as a stream', {
    headers: { accept: 'text/event-stream', 'last-event-id': String(page.json.position) },
  })
  await stream.sees('event: position')
  await walk.prepare('endConversation', { params })
  await stream.sees('event: change')
  await walk.prepare('deleteConversation', { params })
  await stream.sees('"conversation":null')
  await stream.stop()
  const reset = walk.open('listConversationChanges', 'as a stream, from a place that is not kept', {
    query: 'after=999999',
    headers: { accept: 'text/event-stream' },
  })
  await reset.sees('event: reset')
  await reset.stop()
}
