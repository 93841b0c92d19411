// Callers with little power: an end user's token sees no ids of people, and only names that their team shows; a key that only answers acts
// for the person whom it names.
// oxlint-disable unicorn/no-thenable -- a field of the API
import { afterAll, beforeAll, expect, test } from 'vitest'
import { soon } from '../inactivity/fixture.ts'
import { makeKey } from '../support/actors.ts'
import { readInBackground } from '../support/event-readers.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { type Person, desk, makePerson, talkWith } from './fixture.ts'

let server: TestServer
let ann: Person

beforeAll(async () => {
  server = await startTestServer()
  ann = await makePerson(server)
})
afterAll(() => server[Symbol.asyncDispose]())

async function start() {
  const talk = await talkWith(server)
  const { token } = await server.client.createConversationToken({
    ...{ conversation_id: talk.id, permissions: ['read', 'message', 'handoff', 'end'] },
  })
  return { talk, conversation_id: talk.id, client: server.as({ token }) }
}

test('no read and no event has the id of a person who held it, ended it or was only offered it', async () => {
  const { talk, conversation_id, client } = await start()
  const reader = readInBackground(client, talk.id)
  await ann.client.handOffConversation({ conversation_id, text: 'planted-text' })
  await server.client.assignConversation({ conversation_id, user_id: ann.user_id })
  expect(await client.getConversation({ conversation_id })).toMatchObject({ handled_by: 'queue', assignee: null })
  await server.client.returnConversation({ conversation_id })
  await ann.client.takeConversation({ conversation_id })
  await ann.client.replyToConversation({ conversation_id, text: 'Bye.', then: 'end' })
  const read = await client.getConversation({ conversation_id })
  await reader.done
  const types = reader.events.map(({ event }) => event)
  expect(types).toEqual(expect.arrayContaining(['conversation.returned', 'conversation.taken', 'conversation.ended']))
  expect(types).not.toContain('conversation.assigned')
  const shown = JSON.stringify([read, reader.events])
  expect(shown).not.toContain(ann.user_id)
  expect(shown).not.toContain('planted-text')
  const returned = reader.events.find(({ event }) => event === 'conversation.returned')!
  expect(returned.data).toMatchObject({ data: { from: null } })
  expect(read.ended_by).toEqual({ type: 'user', id: null, name: null, reason: null })
  expect((await talk.read()).ended_by).toMatchObject({ id: ann.user_id })
})

test.each([
  ['by the name of the team', { key: 'nameless', name: 'Support' }, 'Support'],
  ['as a person', null, 'A person'],
])('a member without a name is shown %s, to end users and models, and never by an address', async (_, team, shown) => {
  if (team) await server.client.createTeam(team)
  const prompts: string[] = []
  server.model.answer = (request) => (prompts.push(JSON.stringify(request)), 'Fine.')
  const { talk, conversation_id, client } = await start()
  const reader = readInBackground(client, talk.id)
  await talk.say('Hello')
  await server.client.handOffConversation({ conversation_id, team: team?.key ?? null })
  await ann.client.takeConversation({ conversation_id })
  await ann.client.showPresence({ conversation_id, state: 'typing' })
  await expect.poll(() => JSON.stringify(reader.events), soon).toContain('"typing"')
  const held = await client.getConversation({ conversation_id })
  expect(held.assignee).toEqual({ type: 'user', id: null, name: shown })
  await ann.client.replyToConversation({ conversation_id, text: 'Here I am.' })
  await ann.client.returnConversation({ conversation_id, note: 'Be kind.' })
  await talk.say('And now?')
  const { text } = await renderMe(conversation_id)
  expect(text).toBe('Yours, [me]')
  const read = await client.getConversation({ conversation_id })
  await server.client.endConversation({ conversation_id })
  await reader.done
  const seen = JSON.stringify([held, read, reader.events, prompts])
  expect(seen).not.toContain('@example.test')
  expect(prompts.at(-1)).toContain(`begin] ${shown}:`)
  expect(prompts.at(-1)).toContain(`returned to you by ${shown} at`)
  expect(prompts.at(-1)).toContain(`- ${shown}: Be kind.`)
  const { conversation } = await ann.client.getConversation({ conversation_id })
  expect(conversation!.items.map(({ author }) => author?.name)).toContainEqual(expect.stringContaining('@example.test'))
})

async function renderMe(conversation_id: string) {
  const { id } = await ann.client.createCannedReply({
    ...{ shortcut: `me-${conversation_id.slice(-8)}`, title: 'Me', text: 'Yours, {{ me }}' },
  })
  return ann.client.renderCannedReply({ canned_reply_id: id, conversation_id })
}

test('an end user who ends it is shown as before', async () => {
  const { talk, conversation_id, client } = await start()
  await client.endConversation({ conversation_id })
  expect((await client.getConversation({ conversation_id })).ended_by).toEqual((await talk.read()).ended_by)
})

test('people’s operations are forbidden to tokens', async () => {
  const { conversation_id, client } = await start()
  for (const call of [
    () => client.takeConversation({ conversation_id }),
    () => client.takeConversation({ conversation_id, external: desk }),
    () => client.replyToConversation({ conversation_id, text: 'Hi', take: true, external: desk }),
    () => client.assignConversation({ conversation_id, nobody: true }),
    () => client.snoozeConversation({ conversation_id, until: null }),
    () => client.updateConversationHandling({ conversation_id, tags: ['x'] }),
  ]) {
    expect(await refusal(call())).toMatchObject({ status: 403 })
  }
})

test('hostile names and texts are stored or refused, and never fail', async () => {
  const { conversation_id } = await start()
  const external = (id: string, name = 'Ada') => ({ conversation_id, external: { id, name } })
  for (const bad of ['a\0b', '\uD800', ' ', 'x'.repeat(201)]) {
    expect(await refusal(server.client.takeConversation(external('a', bad)))).toMatchObject({ status: 422 })
    expect(await refusal(server.client.takeConversation(external(bad)))).toMatchObject({ status: 422 })
  }
  for (const from of ['a\0b', '\uD800']) {
    const taking = server.client.takeConversation({ ...external('a'), from })
    expect(await refusal(taking)).toMatchObject({ status: 422 })
  }
  const bidi = '\u202Eevil\u2066'
  expect(await server.client.takeConversation(external(bidi, bidi))).toMatchObject({ assignee: { name: bidi } })
  for (const [name, value] of [
    ['parley_tag', 'a\0'],
    ['parley_assignee', 'a\0'],
    ['parley_team', 'a\0'],
  ]) {
    const listing = server.client.listConversations({ [name!]: value })
    expect((await refusal(listing).catch(() => ({ status: 200 }))).status).toBeLessThan(500)
  }
  for (const until of ['9999-12-31T23:59:59Z', '0001-01-01T00:00:00Z', '2026-02-30T00:00:00Z']) {
    const snoozing = server.client.snoozeConversation({ ...external(bidi, bidi), until })
    expect(await refusal(snoozing)).toMatchObject({ status: 422 })
  }
})

test('a key that only answers names the person of its desk who ends what they hold', async () => {
  const only = await makeAnsweringKey()
  const { id: conversation_id } = await talkWith(server)
  await only.takeConversation({ conversation_id, external: desk })
  const end = (external?: typeof desk) => only.endConversation({ conversation_id, ...(external ? { external } : {}) })
  expect(await refusal(end())).toMatchObject({ status: 422, errors: [{ path: 'external' }] })
  expect(await refusal(end({ ...desk, id: 'agent-8' }))).toMatchObject({ code: 'conversation_taken' })
  const own = ann.client.endConversation({ conversation_id, external: desk })
  expect(await refusal(own)).toMatchObject({ status: 422, errors: [{ path: 'external' }] })
  expect(await end(desk)).toMatchObject({ status: 'completed' })
  const { id: other } = await talkWith(server)
  await only.takeConversation({ conversation_id: other, external: desk })
  expect(await server.client.endConversation({ conversation_id: other })).toMatchObject({ status: 'completed' })
})

test('a key that only answers names the person of its desk whose note it deletes', async () => {
  const { conversation_id } = await start()
  const only = await makeAnsweringKey()
  const { id: note_id } = await only.createConversationNote({ conversation_id, text: 'Theirs.', external: desk })
  const named = { conversation_id, note_id }
  expect((await refusal(only.deleteConversationNote(named))).status).toBe(403)
  expect((await refusal(only.deleteConversationNote({ ...named, external_id: 'agent-8' }))).status).toBe(403)
  const as_member = ann.client.deleteConversationNote({ ...named, external_id: desk.id })
  expect(await refusal(as_member)).toMatchObject({ status: 422, errors: [{ path: 'external_id' }] })
  await only.deleteConversationNote({ ...named, external_id: desk.id })
  expect((await only.listConversationNotes({ conversation_id })).data).toEqual([])
})

const makeAnsweringKey = async () => server.as({ token: await makeKey(server, { only: ['conversations:reply'] }) })
