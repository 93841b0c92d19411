// T4: readers beside writers on two nodes. A reader that has seen position n never finds something new at or below it later.
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Races, startRaces } from './harness.ts'
import { checkInvariants, readStored } from './invariants.ts'
import { newConversation, sendMessage } from './scene.ts'

let races: Races
beforeAll(async () => {
  races = await startRaces()
})
afterAll(() => races[Symbol.asyncDispose]())

interface Seen {
  id: string
  position: number
}

/** Reads repeatedly, and compares each result with the one before. */
async function readOn(isOver: () => boolean, look: () => Promise<Seen[]>): Promise<number> {
  let seen: string[] = []
  let looks = 0
  for (let isLast = false; !isLast; looks += 1) {
    isLast = isOver()
    const items = await look()
    expect(items.map(({ position }) => position)).toEqual(items.map((_, index) => index))
    const ids = items.map(({ id }) => id)
    expect(ids.slice(0, seen.length)).toEqual(seen)
    seen = ids
  }
  return looks
}

/** Only what follows the last position seen, as a reader of a transcript would. */
async function follow(isOver: () => boolean, after: (position: number) => Promise<Seen[]>): Promise<number> {
  let last = -1
  for (let isLast = false; !isLast;) {
    isLast = isOver()
    for (const { position } of await after(last)) {
      expect(position).toBe(last + 1)
      last = position
    }
  }
  return last + 1
}

test('T4: transcripts grow at their end only, as the API and the database show them', async () => {
  const { server, nodes } = races
  server.model.answer = () => 'A reply in some words.'
  const conversation_id = await newConversation(races)
  const clients = [nodes.a.client, nodes.b.client]
  const rules = ['queue', 'interrupt', 'merge', 'queue', 'queue'] as const
  let isOver = false
  const writers = clients.map(async (client, writer) => {
    for (let round = 0; round < 12; round += 1) {
      const parley_concurrency = rules[(round + writer) % rules.length]!
      const text = `${writer}.${round}`
      const twice = [text, `${text} again`].map((each) =>
        sendMessage(client, conversation_id, each, { parley_concurrency }),
      )
      await Promise.all(twice)
    }
  })
  const query = (after: number) =>
    sql<Seen>`select id, position from transcript_items where conversation_id = ${conversation_id}
      and position > ${after} order by position`.execute(server.database)
  const isDone = () => isOver
  const readers = [
    ...clients.map((client) =>
      readOn(isDone, async () => (await client.getConversation({ conversation_id })).conversation!.items as Seen[]),
    ),
    readOn(isDone, async () => (await query(-1)).rows),
    follow(isDone, async (position) => (await query(position)).rows),
  ]
  await Promise.all(writers).finally(() => (isOver = true))
  const [, , , followed] = await Promise.all(readers)
  const stored = await readStored(server.database, conversation_id)
  checkInvariants(stored)
  expect(followed).toBe(stored.items.length)
  expect(stored.items.filter(({ role }) => role === 'user').length).toBe(48)
})
