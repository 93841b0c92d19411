// One organization that wants every connection to the database, and locks that hold its calls up.
import type { Transaction } from '../../src/database/database.ts'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { type Scene, startScene } from './scene.ts'

export let scene: Scene
/** For the tests of a file. */
export function setStage(): void {
  beforeAll(async () => {
    scene = await startScene({ PARLEY_DATABASE_CONNECTIONS: '6' })
  })
  afterAll(() => scene[Symbol.asyncDispose]())
}

/** Uses of a connection, several times as many as there are connections. */
export const flood = 24
/** Of six connections, one listens for jobs and two are reserved; of the three that organizations share, one is left to others. */
export const share = 2

/** Holds the locks of `lock` on a connection of its own until it is disposed of; then rolls back what it wrote. */
export async function holdLock(lock: (tx: Transaction) => Promise<unknown>): Promise<AsyncDisposable> {
  const locked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<true>()
  const takenBack = new Error('taken back')
  const over = scene.server.database
    .transaction(async (tx) => {
      await lock(tx)
      locked.resolve()
      // An idle transaction is ended.
      const look = () => sql`select pg_sleep(1)`.execute(tx).then(() => false)
      while (!(await Promise.race([released.promise, look()])));
      throw takenBack
    })
    .catch((error: unknown) => {
      if (error !== takenBack) throw error
    })
  await Promise.race([locked.promise, over])
  return {
    async [Symbol.asyncDispose]() {
      released.resolve(true)
      await over
    },
  }
}

export async function countWaitingForLocks(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(scene.server.database)
  return rows[0]!.count
}

/** A few calls of a customer, one after the other; each fails the test if it is refused. */
export async function callQuietly(times: number): Promise<void> {
  const { client } = scene.quiet
  for (let n = 0; n < times; n += 1) {
    const created = await client.createConversation({
      channel: 'text',
      user_id: 'quiet',
      agent_id: scene.quiet_agent_id,
    })
    const conversation_id = created.conversation.id
    await client.sendConversationMessage({ conversation_id, text: 'Hello' })
    expect((await client.getConversation({ conversation_id })).conversation!.items).toHaveLength(2)
    await client.listConversations({})
    await client.endConversation({ conversation_id })
  }
}
