// What callers are promised in the most important races, stated directly, in addition to the table, whose oracle derives it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stages } from '../../src/conversations/commit/pause-points.ts'
import { type NodeName, type Races, startRaces } from './harness.ts'
import { type Finish, type RaceCase, runRace } from './race.ts'
import { said } from './scene.ts'
import type { Deed } from './sides.ts'

let races: Races
beforeAll(async () => {
  races = await startRaces()
})
afterAll(() => races[Symbol.asyncDispose]())

const race = (first: Deed, second: Deed, nodes: [NodeName, NodeName], stage: RaceCase['stage']) =>
  runRace(races, { first, second, stage, nodes })

const itemsOf = ({ outcome }: Finish) => (outcome === 'deleted' ? [] : outcome.items)
const turnsOf = ({ outcome }: Finish) => (outcome === 'deleted' ? [] : outcome.turns)
const eventsOf = ({ stored }: Finish, type: string) => stored.events.filter((event) => event.type === type)
const partial = `assistant, interrupted: ${said}`
const whole = `assistant: ${said}`
const ended = { status: 409, code: 'conversation_ended', stored: true }

describe('end and a message: the loser gets 409 and can tell whether the message is stored', () => {
  test.each(stages)('end cut on b, held %s, and message queue on a', async (stage) => {
    const finish = await race('end cut', 'message queue', ['b', 'a'], stage)
    const { answers } = finish
    expect(answers.first).toEqual({ status: 'completed' })
    const isStored = stage === 'begun'
    expect(answers.second).toEqual(isStored ? ended : { status: 409, code: 'conversation_not_active', stored: false })
    expect(itemsOf(finish).includes('user: second')).toBe(isStored)
  })
  test.each(stages)('message queue on a, held %s, and end cut on b', async (stage) => {
    const finish = await race('message queue', 'end cut', ['a', 'b'], stage)
    const { answers } = finish
    expect(answers.second).toEqual({ status: 'completed' })
    const isStored = stage !== 'begun'
    expect(answers.first).toEqual(isStored ? ended : { status: 409, code: 'conversation_not_active', stored: false })
    expect(itemsOf(finish).includes('user: first')).toBe(isStored)
  })
})

describe('end and finish: the whole reply is kept, or its partial text', () => {
  const check = (finish: Finish, isWhole: boolean) => {
    expect(itemsOf(finish)).toEqual(['user: Hello', isWhole ? whole : partial])
    expect(finish.answers.hello).toEqual(isWhole ? { reply: said } : ended)
  }
  test.each(stages)('finish on a, held %s, and end cut on a', async (stage) => {
    const finish = await race('finish', 'end cut', ['a', 'a'], stage)
    check(finish, stage !== 'begun')
  })
  test.each(stages)('end cut on a, held %s, and finish on a', async (stage) => {
    const finish = await race('end cut', 'finish', ['a', 'a'], stage)
    check(finish, false)
  })
})

describe('end and end: one end, and equal answers', () => {
  for (const nodes of [
    ['a', 'a'],
    ['a', 'b'],
    ['b', 'a'],
    ['b', 'c'],
  ] as [NodeName, NodeName][]) {
    test.each(stages)(`end cut on ${nodes[0]}, held %s, and end cut on ${nodes[1]}`, async (stage) => {
      const finish = await race('end cut', 'end cut', nodes, stage)
      expect(finish.answers).toMatchObject({ first: { status: 'completed' }, second: { status: 'completed' } })
      expect(eventsOf(finish, 'conversation.ended')).toHaveLength(1)
      expect(itemsOf(finish)).toEqual(['user: Hello', partial])
    })
  }
})

describe('cancel and finish: the turn is one or the other, and both are told the same', () => {
  const check = (finish: Finish, isDone: boolean, told: unknown) => {
    expect(told).toEqual(
      isDone ? { status: 'completed', outcome: 'reply' } : { status: 'cancelled', outcome: 'cancelled_by_caller' },
    )
    expect(finish.answers.hello).toEqual(
      isDone ? { reply: said } : { status: 409, code: 'turn_cancelled', stored: true },
    )
    expect(itemsOf(finish)).toEqual(['user: Hello', isDone ? whole : partial])
  }
  test.each(stages)('finish on a, held %s, and cancel on a', async (stage) => {
    const finish = await race('finish', 'cancel', ['a', 'a'], stage)
    check(finish, stage !== 'begun', finish.answers.second)
  })
  test.each(stages)('cancel on a, held %s, and finish on a', async (stage) => {
    const finish = await race('cancel', 'finish', ['a', 'a'], stage)
    check(finish, false, finish.answers.first)
  })
})

describe('lease loss and finish: a stale attempt writes nothing', () => {
  const check = (finish: Finish, isStale: boolean) => {
    const text = isStale ? 'Re: Hello' : said
    expect(itemsOf(finish)).toEqual(['user: Hello', `assistant: ${text}`])
    expect(turnsOf(finish)).toEqual([{ status: 'completed', outcome: 'reply', attempts: isStale ? 2 : 1 }])
    expect(finish.answers.hello).toEqual({ reply: text })
  }
  test.each(stages)('finish on a, held %s, and lease loss on b', async (stage) => {
    const finish = await race('finish', 'lease loss', ['a', 'b'], stage)
    check(finish, stage === 'begun')
  })
  test.each(stages)('lease loss on b, held %s, and finish on a', async (stage) => {
    const finish = await race('lease loss', 'finish', ['b', 'a'], stage)
    check(finish, stage !== 'begun')
  })
})

describe('merge and finish: the message gets a turn of its own, after the reply or at once', () => {
  test.each(stages)('message merge on b, held %s, and finish on a', async (stage) => {
    const finish = await race('message merge', 'finish', ['b', 'a'], stage)
    const { answers } = finish
    expect(answers.first).toEqual({ reply: 'Re: first' })
    const order = stage === 'begun' ? [whole, 'user: first'] : ['user: first', whole]
    expect(itemsOf(finish)).toEqual(['user: Hello', ...order, 'assistant: Re: first'])
  })
})

describe('merge and merge: one turn answers both, wherever they came in', () => {
  test.each(stages)('message merge on a, held %s, and message merge on b', async (stage) => {
    const finish = await race('message merge', 'message merge', ['a', 'b'], stage)
    const { answers } = finish
    const last = stage === 'begun' ? 'first' : 'second'
    expect(answers.first).toEqual({ reply: `Re: ${last}` })
    expect(answers.second).toEqual(answers.first)
    expect(turnsOf(finish)).toHaveLength(2)
  })
})

describe('interrupt and takeover: text of an attempt that was taken over is void', () => {
  test.each(stages)('message interrupt on a, held %s, and lease loss on b', async (stage) => {
    const finish = await race('message interrupt', 'lease loss', ['a', 'b'], stage)
    const kept = stage === 'begun' ? [] : [partial]
    expect(itemsOf(finish)).toEqual(['user: Hello', ...kept, 'user: first', 'assistant: Re: first'])
    expect(finish.answers.hello).toEqual({ status: 409, code: 'turn_superseded', stored: true })
  })
})

describe('end and a step: what was said with it is stored once, and its call has one result', () => {
  test.each(stages)('step on a, held %s, and end cut on b', async (stage) => {
    const finish = await race('step', 'end cut', ['a', 'b'], stage)
    const isWritten = stage !== 'begun'
    expect(itemsOf(finish)).toEqual(['user: Hello', ...(isWritten ? [whole, 'call: look', 'error: look'] : [partial])])
    expect(finish.answers.hello).toEqual(ended)
  })
  test.each(stages)('tool result on a, held %s, and end cut on b', async (stage) => {
    const finish = await race('tool result', 'end cut', ['a', 'b'], stage)
    const kind = stage === 'begun' ? 'error' : 'result'
    expect(itemsOf(finish)).toEqual(['user: Hello', whole, 'call: look', `${kind}: look`])
  })
})
