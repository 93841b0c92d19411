// Messages between two nodes (LISTEN/NOTIFY) are lost, one at a time or all of them: ending, cancelling and interrupting a turn
// that
// runs on the other node then costs time, or the text that it had said, and never more.
import { describe, expect, test } from 'vitest'
import type { PassingStatement } from '../support/postgres-proxy.ts'
import { type Play, openStage } from './play.ts'
import { type Outcome, type Talk, echo, until } from './talk.ts'
import { steadyTime } from '../support/steady-time.ts'

type When = 'before' | 'after'
type PlayWith = ReturnType<typeof openStage>

/** For `testLosses`. */
export const openNodes = (): PlayWith => openStage({ nodes: 2, speed: 1 })
const limit = { timeout: 600_000 }

/**
 * The wait for the other node's text, then a waiting call's own look: three quarters of a second, and a margin for a busy
 * machine. The turn's
 * lease would run out after eight seconds.
 */
const longest_ms = 6000
/** More than any of these operations publishes. */
const max_messages = 10

const refusalOf = async (outcome: Promise<Outcome>) => (await outcome).error

async function inTime<T>(what: string, work: Promise<T>): Promise<T> {
  const startedAt = steadyTime()
  const done = await work
  expect(steadyTime() - startedAt, what).toBeLessThan(longest_ms)
  return done
}

/** The operation on the other node while the turn runs on the first, and the answer to the first one's call. */
const operations: [string, string, (talk: Talk) => Promise<unknown>][] = [
  ['endConversation', 'conversation_ended', (talk) => talk.end('cut', talk.elsewhere)],
  ['cancelTurn', 'turn_cancelled', (talk) => talk.cancel(talk.elsewhere)],
  [
    'sendConversationMessage, interrupting',
    'turn_superseded',
    async (talk) => {
      const { reply, error } = await talk.send('Second', 'interrupt', talk.elsewhere)
      if (!reply) throw error
      expect(reply.reply).toBe('Reply to Second')
    },
  ],
]

function playOf(code: string, operate: (talk: Talk) => Promise<unknown>, prepare = (_talk: Talk) => {}): Play {
  return async (talk, arm) => {
    const { outcome } = await talk.startTurn()
    // Other turns are answered.
    talk.lane.server.model.answer = echo
    prepare(talk)
    arm()
    await inTime('the operation', operate(talk))
    expect(await inTime('the call that was waiting', refusalOf(outcome))).toMatchObject({ status: 409, code })
    await until('the attempt to stop', () => talk.textSoFar() !== 'Half')
  }
}

const isMessage = ({ name }: PassingStatement) => name === 'publish_on_bus'

/** Of both nodes: the one that is asked, and the one that runs the turn. */
const statements = ['find_organization_key', 'find_conversation', 'find_turn', 'find_running_turn', 'publish_on_bus']
  .concat(['read_partial_text', 'leave_partial_text', 'begin', 'lock_conversation', 'open_turns'])
  .concat(['end_turns', 'commit'])

/** `whens`: whether a message is lost before it counts or after. */
export function testLosses(playWith: PlayWith, whens: When[]): void {
  describe.concurrent.each(operations)('%s on the other node', (_name, code, operate) => {
    test('with each of its messages lost, with or without an error for its sender', limit, async () => {
      const faults: string[] = []
      const hits: number[] = []
      for (const when of whens) {
        for (let nth = 1; nth <= max_messages; nth += 1) {
          const played = await playWith(playOf(code, operate), (proxy) =>
            proxy.failStatement(nth, { when, how: 'reset', counts: isMessage }),
          )
          faults.push(...played.faults.map((fault) => `message ${nth}, lost ${when}: ${fault}`))
          if (!played.hit) break
          hits.push(nth)
        }
      }
      expect(faults).toEqual([])
      // It asks the other node to stop, is answered, and notifies the call that waits there.
      expect(hits).toEqual(expect.arrayContaining([1, 2, 3]))
    })

    test.each([
      ['when notifications are silently lost', (talk: Talk) => talk.lane.proxy.deafen(/^listen parley/)],
      ['when no node is listening any more', (talk: Talk) => talk.lane.proxy.lose('reset', /^listen parley/)],
    ])('%s', limit, async (_name2, prepare) => {
      const { faults } = await playWith(
        async (talk, arm) => {
          await playOf(code, operate, prepare)(talk, arm)
          await listenAgain(talk)
        },
        (proxy) => proxy.failStatement(Infinity, { when: 'before', how: 'cut' }),
      )
      expect(faults).toEqual([])
    })
  })
}

/** At the statements of cancelling a turn. */
export function testLostConnections(playWith: PlayWith): void {
  test.concurrent.each<When>(['before', 'after'])(
    'cancelTurn on the other node, with a connection of either node lost %s each kind of statement',
    limit,
    async (when) => {
      const faults: string[] = []
      for (const name of statements) {
        const play: Play = async (talk, arm) => {
          const { finish } = await talk.startTurn()
          arm()
          await talk.cancel(talk.elsewhere)
          finish()
        }
        const counts = (statement: PassingStatement) => statement.name === name
        const played = await playWith(play, (proxy) => proxy.failStatement(1, { when, how: 'cut', counts }))
        faults.push(...played.faults.map((fault) => `${name}: ${fault}`))
        // The text may arrive too late to matter.
        if (!played.hit && name !== 'leave_partial_text') faults.push(`${name} never came`)
      }
      expect(faults).toEqual([])
    },
  )
}

/** Both nodes, each over a new connection. */
async function listenAgain({ lane }: Talk): Promise<void> {
  lane.proxy.statements.length = 0
  lane.proxy.lose('reset', /^listen parley/)
  const listening = () => lane.proxy.statements.filter(({ text }) => text.startsWith('listen parley'))
  await until('both nodes to listen again', () => listening().length >= lane.nodes.length)
}
