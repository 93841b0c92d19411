// A month of conversations that were really held, for the overview: the model is scripted, the turns, their times and their tokens are
// the server's own. Only the days at which they count are moved, by the database of the pictures; so no two overviews are quite the same.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@parley/sdk'
import { type Database, acrossOrganizations } from '../../../server/src/database/database.ts'
import type { Answer, ScriptedModel } from '../../../server/test/support/scripted-model.ts'
import type { Staff } from './agents.ts'
import { shown_at } from './history.ts'

const days = 30
const day_ms = 86_400_000
/** Held at once. */
const voices = 6

const statements = [
  'create table pictured_day (at timestamptz)',
  'insert into pictured_day values (now())',
  `create function count_at_pictured_day() returns trigger language plpgsql as $$
   begin
     new.at := (select at from pictured_day);
     return new;
   end $$`,
  `create trigger pictured_day before insert on statistics_deltas for each row execute function count_at_pictured_day()`,
].map((text, index) => acrossOrganizations('the server of the pictures has one', `pictured_${index}`, text))
const moveDay = acrossOrganizations(
  'the server of the pictures has one',
  'pictured_move',
  'update pictured_day set at = $1',
)
const leaveDays = acrossOrganizations(
  'the server of the pictures has one',
  'pictured_leave',
  'drop trigger pictured_day on statistics_deltas',
)

interface Month {
  client: Client
  model: ScriptedModel
  database: Database
  staff: readonly Staff[]
}

/** What was said is deleted again, and so in no list; what was counted stays. */
export async function holdMonth(month: Month): Promise<void> {
  const { database, model } = month
  for (const one of statements) await database.query(one, [])
  const random = createRandom(7)
  model.answer = ({ tools }) => answerOf(random, tools !== undefined)
  for (let ago = days - 1; ago >= 0; ago -= 1) {
    const start = shown_at - ago * day_ms
    const isWeekend = [0, 6].includes(new Date(start).getUTCDay())
    const count = Math.round((isWeekend ? 2 : 4) + 3 * random() + (days - ago) / 10)
    await database.query(moveDay, [new Date(start).toISOString()])
    await holdAll(Array.from({ length: count }, () => () => holdOne(month, random)))
  }
  await database.query(leaveDays, [])
}

async function holdAll(talks: (() => Promise<void>)[]): Promise<void> {
  const left = [...talks]
  const hold = async () => {
    for (let next = left.pop(); next; next = left.pop()) await next()
  }
  await Promise.all(Array.from({ length: voices }, hold))
}

async function holdOne({ client, staff }: Month, random: () => number): Promise<void> {
  const { agent_id } = staff[Math.floor(staff.length * random() ** 2)]!
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'guest', agent_id })
  const conversation_id = conversation.id
  for (let turns = 1 + Math.floor(3 * random()); turns > 0; turns -= 1) {
    // Some are not answered, and the agent ends some.
    await client.sendConversationMessage({ conversation_id, text: 'Where is my order?' }).catch(() => {})
  }
  const { status } = await client.getConversation({ conversation_id })
  if (status === 'in_progress') {
    const isLeft = random() < 0.6
    const { token } = await client.createConversationToken({ conversation_id, permissions: ['end'] })
    const headers: Record<string, string> = isLeft ? { Authorization: `Bearer ${token}` } : {}
    await client.endConversation({ conversation_id, prefer: 'wait=0' }, { headers })
  }
  await client.deleteConversation({ conversation_id })
}

function answerOf(random: () => number, hasTools: boolean): Answer {
  const chance = random()
  if (chance < 0.03) return 400
  if (chance < 0.12 && hasTools)
    return { text: 'You are welcome. Goodbye!', tool_calls: [{ name: 'end_conversation', arguments: {} }] }
  return thinkFor(40 + 260 * random() ** 3)
}

async function* thinkFor(ms: number): AsyncGenerator<string> {
  await sleep(ms / 2)
  yield 'It is with Nordpost, '
  await sleep(ms / 2)
  yield 'and should be with you on Friday.'
}

/** The same numbers each time. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
