// The network between the server and PostgreSQL fails at each statement in turn, once and for good: what a caller is told is
// true (T1), every stored message is answered once and in order (T2, T4), and the server keeps running.
import { randomUUID } from 'node:crypto'
import type { Input } from '@parley/contract'
import { sql } from '../support/sql.ts'
import { describe, expect, test } from 'vitest'
import type { Fault, PassingStatement } from '../support/postgres-proxy.ts'
import type { ChatRequest } from '../support/scripted-model.ts'
import { type Play, type PlayOptions, openStage } from './play.ts'
import { type Talk, echo, until, untilServed } from './talk.ts'

let playWith: ReturnType<typeof openStage>
/** Of the statements of a play, every nth, different ones at each point. */
let step: number
const limit = { timeout: 600_000 }

/** The server's periodic statements, and those of its work. */
const background =
  /^(renew_leases|abandoned_turns|limit_lock_wait|mark_credential_used|publish_on_bus|open_webhook_lanes|watch_secret_key|(merge|ready|lease|renew|lock|end|retry|give_back)_work|work_(succeeds|fails)|adopt_jobs|(find_gone|forget)_nodes|forget_presence)$|analysis|read_transcript|^listen|node_locks|pg_locks|^read_ends$|^look_for_work$|^agents_timed_rules$|^(fold_web_widget_deltas|forget_addresses|forget_blocked_addresses|forget_allowances)$|^((overdue|delete)_executions|delete_definitions|release_outputs_of_executions|(fold|forget)_workflow_counts|forget_versions_of_workflows|forget_workflows|forget_workflow_fires|forget_beginnings)$|^\/\* (merge_work|ready_work|read_standings|review_handlings|reviewed_work) \*\//i

/** The queries of a waiting caller whose notification is late: they may be absent. */
const look = /^(find_turn|turn_items)$/

/** The server notices, and makes more queries. */
const refusals_until_back = 2

const points = (['before', 'after'] as const).flatMap((when) => [false, true].map((for_good) => ({ when, for_good })))

/** A statement of a play: its name, and how many of that name precede it. So a wait's queries do not shift the others. */
type Place = { name: string; nth: number }

/** Plays without a fault. */
async function findPlaces(play: Play, options: PlayOptions): Promise<Place[]> {
  const places: Place[] = []
  const note = ({ name }: PassingStatement) => {
    const nth = places.filter((place) => place.name === name).length + 1
    if (!background.test(name)) places.push({ name, nth })
    return false
  }
  const { faults } = await playWith(
    play,
    (proxy) => proxy.failStatement(1, { when: 'before', how: 'cut', counts: note }),
    options,
  )
  expect(faults).toEqual([])
  return places
}

/** Plays with a fault at each statement in turn. Returns the names of those that were hit. */
async function playWithEach(play: Play, options: PlayOptions = {}): Promise<string[]> {
  const isEnough = (fault: Fault) => fault.refused >= refusals_until_back
  const playAll = async (point: (typeof points)[number], index: number) => {
    const own = { ...options }
    // Work whose end could not be written is repeated when its lease has run out.
    if (point.for_good) Object.assign(own, { isEnough, is_summarized: false, mayBeUnknown: true })
    const places = await findPlaces(play, own)
    const faults: string[] = []
    for (const [at, { name, nth }] of places.entries()) {
      if (at % step !== index % step) continue
      const how = (at + index) % 2 === 0 ? 'cut' : 'reset'
      const counts = (statement: PassingStatement) => statement.name === name
      const played = await playWith(play, (proxy) => proxy.failStatement(nth, { ...point, how, counts }), own)
      const label = `${how} ${point.when} ${name.slice(0, 40)} ${nth}${point.for_good ? ', for good' : ''}`
      faults.push(...played.faults.map((fault) => `${label}: ${fault}`))
      // A second one may be a job's.
      if (!played.hit && nth === 1 && !look.test(name)) faults.push(`${label}: it never occurred`)
    }
    expect(faults).toEqual([])
    return places.map(({ name }) => name)
  }
  return (await Promise.all(points.map(playAll))).flat()
}

/** The same request, sent until it is answered and once more, creates one conversation. */
async function createTwice({ client, lane }: Talk, arm: () => Fault, identity: Partial<Input<'createConversation'>>) {
  const user_id = randomUUID()
  const call = () => client.createConversation({ channel: 'text', user_id, agent_id: lane.agent_id, ...identity })
  const fault = arm()
  const first = await untilServed(call)
  fault.release()
  expect(await untilServed(call)).toEqual(first)
  const rows = await lane.server.database.execute(sql`select id from conversations where user_id = ${user_id}`)
  expect(rows).toEqual([{ id: first.conversation.id }])
}

/** The model's answer, which follows everything of interest. */
const releasing = (fault: Fault) => (request: ChatRequest) => {
  fault.release()
  return echo(request)
}

/** Defines the tests of a file. */
export function testStatements(every: number): void {
  step = every
  playWith = openStage()

  describe.concurrent('a connection is lost, or all are, at each statement of', () => {
    test('createConversation with an id', limit, async () => {
      const names = await playWithEach((talk, arm) => createTwice(talk, arm, { id: randomUUID() }))
      expect(names).toEqual(
        expect.arrayContaining(['agents_version_of_agent', 'create_conversation', 'bind_idempotency_keys', 'commit']),
      )
    })

    test('createConversation with an Idempotency-Key', limit, async () => {
      const names = await playWithEach((talk, arm) => createTwice(talk, arm, { idempotency_key: randomUUID() }))
      expect(names).toContain('create_conversations_if_unchanged')
    })

    test('sendConversationMessage and the engine that answers it', limit, async () => {
      const names = await playWithEach(async (talk, arm) => {
        arm()
        await talk.send('First')
      })
      const some = ['find_organization_key', 'begin_turns_with_keys_if_unchanged', 'end_turns_if_unchanged']
      expect(names).toEqual(expect.arrayContaining(some))
    })

    test('sendConversationMessage without a key', limit, async () => {
      const names = await playWithEach(async (talk, arm) => {
        arm()
        await talk.send('First', 'queue', talk.keyless)
      })
      expect(names).toEqual(expect.arrayContaining(['begin_turns_if_unchanged', 'end_turns_if_unchanged']))
    })

    test('sendConversationMessage with an Idempotency-Key, until the model is asked', limit, async () => {
      const names = await playWithEach(async (talk, arm) => {
        const fault = arm()
        talk.lane.server.model.answer = releasing(fault)
        await talk.sendRepeatedly('First')
      })
      expect(names).toContain('begin_turns_with_keys_if_unchanged')
    })

    test('its repetition', limit, async () => {
      const names = await playWithEach((talk, arm) => talk.sendRepeatedly('First', arm))
      expect(names).toEqual(expect.arrayContaining(['find_idempotency_key', 'newest_try', 'turn_items']))
    })

    test('a second message, and the write of the result that starts its turn', limit, async () => {
      const names = await playWithEach(async (talk, arm) => {
        const { finish } = await talk.startTurn()
        const fault = arm()
        const second = talk.send('Second')
        // It is stored, or refused.
        await Promise.race([second, until('two turns', async () => (await talk.turns()).length === 2)])
        finish(releasing(fault))
        await Promise.all(talk.sent.map(({ outcome }) => outcome))
      })
      expect(names).toEqual(
        expect.arrayContaining([
          'bind_idempotency_keys',
          'insert_turns',
          'end_turns',
          'start_turns',
          'read_history',
          'commit',
        ]),
      )
    })

    test('endConversation while a turn runs', limit, async () => {
      const play: Play = async (talk, arm) => {
        const { finish } = await talk.startTurn()
        arm()
        await talk.end()
        finish()
      }
      const names = await playWithEach(play, { is_summarized: true })
      expect(names).toEqual(expect.arrayContaining(['end_turns', 'end_conversation', 'add_work', 'commit']))
    })

    test('cancelTurn while a turn runs', limit, async () => {
      const names = await playWithEach(async (talk, arm) => {
        const { finish } = await talk.startTurn()
        arm()
        await talk.cancel()
        finish()
      })
      expect(names).toEqual(expect.arrayContaining(['end_turns', 'commit']))
    })
  })
}
