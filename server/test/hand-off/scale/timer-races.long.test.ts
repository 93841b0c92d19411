// H7 in races: each timer of a hand-off against each thing that can happen at that instant, the first one held at a pause point of its
// commit. The end is that of one after the other.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '@parley/sdk'
import { channel } from '../../../src/live/bus.ts'
import { work_added } from '../../../src/work/add.ts'
import type { PausePoint } from '../../../src/conversations/commit/pause-points.ts'
import { soon } from '../../inactivity/fixture.ts'
import { type NodeName, type Races, isAnyoneLockedOut, startRaces, until } from '../../races/harness.ts'
import { publishAgent, refusal } from '../../support/server.ts'
import { desk } from '../fixture.ts'
import { rowsOf } from './many.ts'
import { type TimerName, makeTimed, timerNames } from './timers.ts'

let races: Races
let agent: Awaited<ReturnType<typeof publishAgent>>
beforeAll(async () => {
  races = await startRaces()
  races.server.model.answer = () => 'Yes.'
  agent = await publishAgent(races.server.client)
})
afterAll(() => races[Symbol.asyncDispose]())

interface Deed {
  change: 'handling' | 'message' | 'end'
  call: (client: Client, conversation_id: string) => Promise<unknown>
}

const external = desk
const until_later = () => new Date(Date.now() + 3_600_000).toISOString()
const deeds: Record<string, Deed> = {
  'a message': {
    change: 'message',
    call: (client, conversation_id) => client.sendConversationMessage({ conversation_id, text: 'Hello?' }),
  },
  'a take': {
    change: 'handling',
    call: (client, conversation_id) =>
      client.takeConversation({ conversation_id, external: { id: 'agent-9', name: 'Bob Desk' } }),
  },
  'a reply': {
    change: 'handling',
    call: (client, conversation_id) =>
      client.replyToConversation({ conversation_id, external, take: true, text: 'Here.' }),
  },
  'a return': {
    change: 'handling',
    call: (client, conversation_id) => client.returnConversation({ conversation_id, external }),
  },
  'a request': {
    change: 'handling',
    call: (client, conversation_id) => client.handOffConversation({ conversation_id }),
  },
  'an assignment': {
    change: 'handling',
    call: (client, conversation_id) => client.assignConversation({ conversation_id, nobody: true }),
  },
  'a snooze': {
    change: 'handling',
    call: (client, conversation_id) => client.snoozeConversation({ conversation_id, external, until: until_later() }),
  },
  'an end': {
    change: 'end',
    call: (client, conversation_id) => client.endConversation({ conversation_id, prefer: 'wait=0' }),
  },
}

const names: NodeName[] = ['a', 'b', 'c']

async function begin(name: TimerName): Promise<string> {
  const [id] = await makeTimed(races.server, { agent, name, count: 1, at: `(now() - interval '1 second')` })
  return id!
}

/** Nodes look at once. */
async function fire(id: string): Promise<void> {
  await rowsOf(
    races.server,
    `insert into work_arrivals (kind, owner, subject, organization_id, due_at) values ('handling_timer', $1, $1, $2, clock_timestamp())`,
    [id, races.server.organization_id],
  )
  await rowsOf(races.server, `select pg_notify($1, $2)`, [channel, `${work_added.name} handling_timer`])
}

/** No run of the timer is under way or about to be. */
async function untilSettled(id: string): Promise<void> {
  const left = async () =>
    (
      await rowsOf(
        races.server,
        `select from work_arrivals where subject = $1 and kind = 'handling_timer'
         union all select from work where subject = $1 and kind = 'handling_timer' and (lease is not null or due_at <= clock_timestamp())`,
        [id],
      )
    ).length
  await expect.poll(left, soon).toBe(0)
}

async function answerOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'done',
    async (error: unknown) => {
      const { status, code } = await refusal(Promise.reject(error as Error))
      return `${status} ${code}`
    },
  )
}

/** What people and readers learn, in order, and who handles it at last. */
async function endOf(id: string, answer: string) {
  await untilSettled(id)
  const [row] = await rowsOf<{ handled_by: string; status: string; types: string[] }>(
    races.server,
    `select handled_by, status, array(select type from events e where e.conversation_id = c.id and type like 'conversation.%'
       order by sequence) as types from conversations c where id = $1`,
    [id],
  )
  // So that nothing of it fires in a later race.
  await races.nodes.a.client.endConversation({ conversation_id: id, prefer: 'wait=0' })
  await untilSettled(id)
  return { answer, ...row! }
}

async function oneAfterTheOther(name: TimerName, { call }: Deed, first: 'timer' | 'deed') {
  const id = await begin(name)
  if (first === 'timer') {
    await fire(id)
    await untilSettled(id)
  }
  const answer = await answerOf(call(races.nodes.b.client, id))
  if (first === 'deed') await fire(id)
  return endOf(id, answer)
}

/** The timer may fire on any node: the first one that reaches the point stays there, and the others pass. */
function holdTimer(point: PausePoint) {
  const holds = names.map((name) => ({ name, hold: races.nodes[name].holdAt(point) }))
  const releaseBut = (kept?: NodeName) => holds.forEach(({ name, hold }) => name !== kept && hold.release())
  const reached = Promise.race(holds.map(({ name, hold }) => hold.reached.then(() => (releaseBut(name), name))))
  return { reached, release: () => releaseBut() }
}

describe.each(timerNames)('the timer: %s', (name) => {
  describe.each(Object.entries(deeds))('and %s', (_what, deed) => {
    test('a timer is held before its lock: one of them finds what the other did', async () => {
      const id = await begin(name)
      const held = holdTimer('handling.begun')
      await fire(id)
      const holder = await held.reached
      const there = names.find((other) => other !== holder)!
      const answer = await answerOf(deed.call(races.nodes[there].client, id))
      held.release()
      // Another timer may be what has reached the point; then this one comes first.
      const either = [await oneAfterTheOther(name, deed, 'deed'), await oneAfterTheOther(name, deed, 'timer')]
      expect(either).toContainEqual(await endOf(id, answer))
    })

    test('the timer is held before its commit: the other one waits, and finds what it did', async () => {
      const id = await begin(name)
      const held = holdTimer('handling.written')
      await fire(id)
      const holder = await held.reached
      const there = names.find((other) => other !== holder)!
      const answer = answerOf(deed.call(races.nodes[there].client, id))
      await until(() => isAnyoneLockedOut(races), 'the call waits')
      held.release()
      expect(await endOf(id, await answer)).toEqual(await oneAfterTheOther(name, deed, 'timer'))
    })

    test('it is held before its commit, and the timer fires', async () => {
      const id = await begin(name)
      const hold = races.nodes.b.holdAt(`${deed.change}.written`)
      const answer = answerOf(deed.call(races.nodes.b.client, id))
      const isRefused = await Promise.race([hold.reached.then(() => false), answer.then(() => true)])
      await fire(id)
      if (!isRefused) await until(() => isAnyoneLockedOut(races), 'the timer waits')
      hold.release()
      expect(await endOf(id, await answer)).toEqual(await oneAfterTheOther(name, deed, 'deed'))
    })
  })
})
