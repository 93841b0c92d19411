// The connection fails between COMMIT and its answer, and around it. The outcome of the commit is then unknown, and no caller
// may
// be told anything untrue (T1) or be answered twice (T2).
import { sql } from '../support/sql.ts'
import { describe, expect, inject, test } from 'vitest'
import { openDatabase } from '../../src/database/database.ts'
import { CommitInDoubt, isUnavailable } from '../../src/database/failures.ts'
import { type Fault, startPostgresProxy } from '../support/postgres-proxy.ts'
import { type Play, type PlayOptions, type Arm, openStage } from './play.ts'
import { type Outcome, type Talk, until } from './talk.ts'

const playWith = openStage()
const limit = { timeout: 300_000 }
const keyed = 'begin_turns_with_keys_if_unchanged'

async function expectNoFaults(play: Play, arm: Arm, options?: PlayOptions): Promise<void> {
  const { faults, hit } = await playWith(play, arm, options)
  expect(faults).toEqual([])
  expect(hit).not.toBeNull()
}

const expectReply = (outcome: Outcome, text: string) => {
  if (outcome.error) throw outcome.error as Error
  expect(outcome.reply).toMatchObject({ reply: text })
}

const sendFirst: Play = async (talk, arm) => {
  arm()
  expectReply(await talk.send('First'), 'Reply to First')
}

/** Decided under the lock, in a transaction. */
const interruptFirst: Play = async (talk, arm) => {
  arm()
  expectReply(await talk.send('First', 'interrupt'), 'Reply to First')
}

const sendWithoutKey: Play = async (talk, arm) => {
  arm()
  expectReply(await talk.send('First', 'queue', talk.keyless), 'Reply to First')
}

/** Each with the statement that identifies its transaction. */
const plays: [string, string, Play][] = [
  ['a message that starts its turn', keyed, sendFirst],
  ['a message without a key that starts its turn', 'begin_turns_if_unchanged', sendWithoutKey],
  ['a message that may stop a turn and starts its own', 'insert_turns', interruptFirst],
  ['a reply', 'end_turns_if_unchanged', sendFirst],
  ...(['queue', 'merge', 'interrupt'] as const).map((rule): [string, string, Play] => [
    `a message that arrives while a turn runs (${rule})`,
    rule === 'merge' ? 'append' : 'insert_turns',
    async (talk, arm) => {
      const { finish } = await talk.startTurn()
      // With merge it joins this one.
      if (rule === 'merge') await talk.queue('Second', rule)
      const fault = arm()
      const outcome = talk.send('Third', rule)
      await fault.hit
      await until('the message to be stored', async () => (await talk.items()).some(({ text }) => text === 'Third'))
      finish()
      expectReply(await outcome, 'Reply to Third')
    },
  ]),
  [
    'a message with an Idempotency-Key',
    keyed,
    async (talk, arm) => {
      arm()
      await talk.sendRepeatedly('First')
      expect(talk.refusals).toEqual([])
    },
  ],
  [
    'a result that starts the next turn',
    'start_turns',
    async (talk, arm) => {
      const { finish, outcome } = await talk.startTurn()
      await talk.queue('Second')
      arm()
      finish()
      expectReply(await outcome, 'Half')
      expectReply(await talk.sent[1]!.outcome, 'Reply to Second')
    },
  ],
  [
    'end (cut)',
    'end_conversation',
    async (talk, arm) => {
      await talk.startTurn()
      arm()
      await talk.end()
    },
  ],
  ...['put_off_end', 'end_conversation'].map((of): [string, string, Play] => [
    `end (finish), ${of}`,
    of,
    async (talk, arm) => {
      const { finish, outcome } = await talk.startTurn()
      arm()
      const ended = talk.end('finish')
      await until('the end to be put off', () => talk.isEnding())
      finish()
      expectReply(await outcome, 'Half')
      await ended
    },
  ]),
  [
    'cancel',
    'end_turns',
    async (talk, arm) => {
      const { finish } = await talk.startTurn()
      arm()
      await talk.cancel()
      finish()
    },
  ],
]

/** Whether a statement of this name has arrived since the fault. */
function hasComeSince(fault: Fault, { lane }: Talk, name: string): boolean {
  const { statements } = lane.proxy
  return statements.slice(statements.indexOf(fault.hits[0]!)).some((statement) => statement.name === name)
}

describe.concurrent('over a connection that stays silent', () => {
  async function openStalling() {
    await using stack = new AsyncDisposableStack()
    const proxy = stack.use(await startPostgresProxy(inject('postgres_url')))
    const connection_string = proxy.through(inject('postgres_url'))
    const options = { max_connections: 2, statement_timeout_ms: 3000, onError: () => {} }
    const database = stack.use(openDatabase({ connection_string, ...options }))
    const owned = stack.move()
    return { proxy, database, [Symbol.asyncDispose]: () => owned.disposeAsync() }
  }

  test('a commit ends as uncertain', async () => {
    await using stalling = await openStalling()
    const { proxy, database } = stalling
    const fault = proxy.atCommit({ of: /txid_current/, when: 'after', how: 'stall' })
    let transaction = ''
    const committed = database.transaction(async (tx) => {
      const rows = await tx.execute(sql<{ id: string }>`select txid_current()::text as id`)
      transaction = rows[0]!.id
    })
    await expect(committed).rejects.toBeInstanceOf(CommitInDoubt)
    const { rows } = await sql`select txid_status(${transaction}::bigint) as status`.execute(database)
    expect(rows).toEqual([{ status: 'committed' }])
    fault.release()
  })

  test('a query fails as if the database were unreachable', async () => {
    await using stalling = await openStalling()
    const fault = stalling.proxy.failStatement(1, { when: 'before', how: 'stall' })
    const error = await sql`select 1`.execute(stalling.database).catch((thrown: unknown) => thrown)
    expect(isUnavailable(error)).toBe(true)
    fault.release()
  })
})

describe.concurrent.each(['cut', 'reset'] as const)('the connection is %s between COMMIT and its answer, of', (how) => {
  test.each(plays)('%s', limit, async (_label, of, play) => {
    await expectNoFaults(play, (proxy) => proxy.atCommit({ of, when: 'after', how }))
  })
})

describe.concurrent('the answer to COMMIT is late, and others look for lost turns meanwhile, for', () => {
  test.each(plays)('%s', limit, async (_label, of, play) => {
    const isEnough = (fault: Fault, talk: Talk) => hasComeSince(fault, talk, 'abandoned_turns')
    await expectNoFaults(play, (proxy) => proxy.atCommit({ of, when: 'after', how: 'stall' }), { isEnough })
  })
})

describe.concurrent('the database', () => {
  test('pauses at COMMIT, and continues', limit, async () => {
    // If that takes longer than PostgreSQL allows an idle transaction, the call is refused, and repeated.
    const play: Play = async (talk, arm) => {
      arm()
      await talk.sendRepeatedly('First')
    }
    // Another statement pauses too, or the connection that was to be opened for it.
    const isEnough = (fault: Fault, talk: Talk) => fault.refused > 0 || hasComeSince(fault, talk, 'abandoned_turns')
    const arm: Arm = (proxy) => proxy.atCommit({ of: keyed, when: 'before', how: 'stall', for_good: true })
    await expectNoFaults(play, arm, { isEnough })
  })

  test(
    'gets COMMIT after its client has lost the connection: a caller that asks for the outcome waits for it',
    limit,
    async () => {
      const isEnough = (fault: Fault, talk: Talk) => hasComeSince(fault, talk, 'lock_conversation')
      const arm: Arm = (proxy) => proxy.atCommit({ of: 'insert_turns', when: 'late', how: 'cut' })
      await expectNoFaults(interruptFirst, arm, { isEnough })
    },
  )

  test.each(['begin_turns_if_unchanged', keyed])(
    'gets a statement that commits by itself (%s) after its caller was told that nothing is stored: nothing is',
    limit,
    async (of) => {
      const isEnough = (fault: Fault, talk: Talk) => hasComeSince(fault, talk, 'fence_conversation')
      const arm: Arm = (proxy) => proxy.atCommit({ of, when: 'late', how: 'cut' })
      const play: Play = async (talk, arm) => {
        const fault = arm()
        const { error } = await talk.send('First', 'queue', of === keyed ? talk.client : talk.keyless)
        expect(error).toMatchObject({ status: 503, turn_id: null })
        fault.release()
        expectReply(await talk.send('Second'), 'Reply to Second')
        expect((await talk.items()).map(({ text }) => text)).toEqual(['Welcome.', 'Second', 'Reply to Second'])
      }
      await expectNoFaults(play, arm, { isEnough })
    },
  )

  test.each(['before', 'after'] as const)(
    'is unavailable (lost %s COMMIT) for longer than a call waits: 500 outcome_unknown, and one answer for the same key',
    limit,
    async (when) => {
      const isTold = (_fault: Fault, { refusals }: Talk) => refusals.some(({ code }) => code === 'outcome_unknown')
      const play: Play = async (talk, arm) => {
        arm()
        await talk.sendRepeatedly('First')
        const unknown = talk.refusals.find(({ code }) => code === 'outcome_unknown')
        expect(unknown).toMatchObject({ status: 500, turn_id: null })
      }
      const arm: Arm = (proxy) => proxy.atCommit({ of: keyed, when, how: 'reset', for_good: true })
      await expectNoFaults(play, arm, { isEnough: isTold })
    },
  )

  test('is briefly unavailable when a result is to be written: the model is not called again', limit, async () => {
    const play: Play = async (talk, arm) => {
      const { requests } = talk.lane.server.model
      const before = requests.length
      arm()
      expectReply(await talk.send('First'), 'Reply to First')
      expect(requests).toHaveLength(before + 1)
    }
    const arm: Arm = (proxy) =>
      proxy.atCommit({ of: 'end_turns_if_unchanged', when: 'before', how: 'cut', for_good: true })
    await expectNoFaults(play, arm, { isEnough: ({ refused }) => refused >= 2 })
  })

  test('is unavailable for longer than a result can wait: another attempt answers', limit, async () => {
    const isGivenUp = (_fault: Fault, { lane }: Talk) => lane.server.log.some((line) => line.includes('attempt failed'))
    const arm: Arm = (proxy) =>
      proxy.atCommit({ of: 'end_turns_if_unchanged', when: 'before', how: 'cut', for_good: true })
    await expectNoFaults(sendFirst, arm, { isEnough: isGivenUp })
  })
})
