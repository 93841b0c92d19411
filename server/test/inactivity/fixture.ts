// Conversations for which time passes when a test says so: their times are moved back, and nothing sleeps. What passes by itself comes on
// top, so that a test stays some seconds before a time that must not come yet.
import type { ConversationEvent } from '@parley/contract'
import { expect } from 'vitest'
import type { PooledDatabase } from '../../src/database/database.ts'
import { type TestServer, publishAgent } from '../support/server.ts'

/** As long as a rule's accuracy allows. */
export const soon = { timeout: 40_000, interval: 20 }

/** The timer of a conversation that is neither running nor about to. */
const waiting = `kind = 'conversation_timer' and subject = $1 and lease is null and not ready`

/** What a conversation's timer depends on, as if it had happened so much earlier. */
export async function shiftTimes({ pool }: PooledDatabase, conversation_id: string, seconds: number): Promise<void> {
  // The timer may not be merged yet, or be running.
  const isWaiting = async () =>
    (await pool.query(`select from work where ${waiting}`, [conversation_id])).rowCount === 1
  await expect.poll(isWaiting, soon).toBe(true)
  const earlier = (column: string) => `${column} = ${column} - $2 * interval '1 second'`
  const times = ['last_activity_at', 'silent_since', 'warned_at'].map(earlier).join(', ')
  const values = [conversation_id, seconds]
  await pool.query(`update conversations set ${earlier('created_at')} where id = $1`, values)
  await pool.query(`update conversation_progress set ${times} where conversation_id = $1`, values)
}

/** At the next look, whether it is due or not. */
export async function fireTimer({ pool }: PooledDatabase, conversation_id: string): Promise<void> {
  await pool.query(`update work set due_at = clock_timestamp() where ${waiting}`, [conversation_id])
}

export async function hasTimer({ pool }: Pick<PooledDatabase, 'pool'>, conversation_id: string): Promise<boolean> {
  const { rowCount } = await pool.query(`select from work where kind = 'conversation_timer' and subject = $1`, [
    conversation_id,
  ])
  return rowCount! > 0
}

/** In how many seconds the timer fires, once it was reviewed. */
export async function dueIn({ pool }: PooledDatabase, conversation_id: string): Promise<number | null> {
  const { rows } = await pool.query<{ seconds: string }>(
    `select extract(epoch from due_at - clock_timestamp()) as seconds from work
     where kind = 'conversation_timer' and subject = $1`,
    [conversation_id],
  )
  return rows[0] ? Number(rows[0].seconds) : null
}

export interface Talk {
  id: string
  say(text: string): Promise<string>
  read(): ReturnType<TestServer['client']['getConversation']>
  /** The texts of the transcript with their roles. */
  said(): Promise<string[]>
  events(): Promise<ConversationEvent[]>
  /** So much time passes, and the timer fires. */
  pass(seconds: number): Promise<void>
}

/** A new conversation of a new agent with these rules. */
export async function talkWith(server: TestServer, config: object, input: object = {}): Promise<Talk> {
  const { agent_id } = await publishAgent(server.client, config)
  const asked = { channel: 'text' as const, user_id: 'ada', agent_id, ...input }
  const { conversation } = await server.client.createConversation(asked)
  return talkOf(server, conversation.id)
}

export function talkOf({ client, database }: TestServer, id: string): Talk {
  const read = () => client.getConversation({ conversation_id: id })
  return {
    id,
    read,
    say: async (text) => (await client.sendConversationMessage({ conversation_id: id, text })).reply,
    async said() {
      const { conversation } = await read()
      return conversation!.items.map((item) =>
        item.type === 'message'
          ? `${item.role}${item.interrupted ? ', interrupted' : ''}: ${item.content!.join('')}`
          : item.type,
      )
    },
    async events() {
      const { rows } = await database.pool.query<ConversationEvent>(
        'select id, conversation_id, sequence, type, occurred_at, data from events where conversation_id = $1 order by sequence',
        [id],
      )
      return rows
    },
    async pass(seconds) {
      await shiftTimes(database, id, seconds)
      await fireTimer(database, id)
    },
  }
}

/** Resolves when the conversation is over, with why. */
export async function endOf(talk: Talk) {
  await expect.poll(async () => (await talk.read()).ended_at ?? null, soon).not.toBeNull()
  const { status, end_reason, ended_by } = await talk.read()
  return { status, end_reason, ended_by }
}
