import { describe, expect, test } from 'vitest'
import { sentBytes } from '../base/json-size.ts'
import type { NewRetrieval } from '../conversations/machine/retrievals.ts'
import { TurnPassages } from './turn-passages.ts'

const settings = {
  ...{ implicit: true, timeout_ms: 1, max_chunks: 1, max_characters: 2000, window_messages: 1, rerank: true },
  ...{ citations: true, instructions: null },
}
const chunk = (number: number, shown: boolean) => ({
  ...{ number, chunk_id: `c${number}`, dataset_id: 'd', source_id: 's', source_name: 'A.pdf', url: null, page: null },
  ...{ score: 1, shown },
})
const retrieval = (id: string, ...numbers: [number, boolean][]): NewRetrieval => ({
  ...{ id, turn_id: 't', kind: 'tool', call_id: 'c', query: 'q', retrieval_mode: 'hybrid', degraded: [] },
  ...{
    outcome: 'found',
    latency_ms: 1,
    dataset_ids: ['d'],
    chunks: numbers.map(([number, shown]) => chunk(number, shown)),
  },
})
function open(stored: NewRetrieval[] = [], window_characters = 100_000, unanswered: string[] = []) {
  let codes = 0
  const newCode = () => `code ${(codes += 1)}`
  const of = { turn_id: 't', settings, window_characters, unanswered: new Set(unanswered) }
  const passages = new TurnPassages({ ...of, stored, newCode })
  return { passages, codes: () => codes }
}
const ofCall = (id: string, call_id: string | null, ...numbers: [number, boolean][]): NewRetrieval => {
  return { ...retrieval(id, ...numbers), call_id }
}
const idsOf = (all: { id: string }[]) => all.map(({ id }) => id)

test('numbers go on after those that the turn has stored', () => {
  const { passages } = open([retrieval('r1', [1, true], [7, false])])
  expect(passages.takeNumbers(3)).toBe(8)
  expect(passages.takeNumbers(0)).toBe(11)
  expect(passages.takeNumbers(1)).toBe(11)
})

test('only what was shown can be cited, of earlier attempts too, and from the record on', () => {
  const { passages } = open([retrieval('r1', [1, true], [2, false])])
  const cited = () => passages.cite('[1] [2] [3] [4]').map(({ number }) => number)
  expect(cited()).toEqual([1])
  passages.record(retrieval('r2', [3, true], [4, false]))
  expect(cited()).toEqual([1, 3])
})

test('of a stored search before the model was called only what is shown again can be cited, and no number is taken twice', () => {
  const stored = ofCall('r1', null, [1, true], [2, true], [3, false])
  const { passages } = open([stored])
  const cited = () => passages.cite('[1] [2] [3]').map(({ number }) => number)
  expect(cited()).toEqual([])
  expect(passages.takeNumbers(1)).toBe(4)
  passages.showAgain(stored, [2, 3])
  expect(cited()).toEqual([2])
})

describe('what is recorded', () => {
  test('and no answer of the model was based on was not shown, until an attempt that takes over asks with it', () => {
    const stored = [ofCall('r1', null, [1, true]), ofCall('r2', 'a', [2, true]), ofCall('r3', 'b', [3, true])]
    const { passages } = open(stored, 100_000, ['b'])
    expect(passages.rest).toEqual({ retrievals: [], unshown: ['r3'] })
    expect(passages.leave('', (text) => text)).toMatchObject({ unshown: ['r3'] })
    passages.ask(0)
    expect(passages.rest).toEqual({ retrievals: [], unshown: [] })
  })

  test('goes with the result of its own call, whichever is stored first, and is told at once', () => {
    const { passages } = open()
    const told: string[] = []
    passages.tell = ({ id }) => void told.push(id)
    passages.record(ofCall('r1', 'a'))
    passages.record(ofCall('r2', 'b'))
    passages.record(ofCall('r3', 'b'))
    expect(told).toEqual(['r1', 'r2', 'r3'])
    const taken = passages.takeOf('b')
    expect(idsOf(taken)).toEqual(['r2', 'r3'])
    expect(passages.takeOf('b')).toEqual([])
    passages.giveBack(taken)
    expect(idsOf(passages.takeOf('b'))).toEqual(['r2', 'r3'])
    expect(idsOf(passages.rest.retrievals)).toEqual(['r1'])
  })

  test('stays until it is stored, for anyone who ends the turn meanwhile', () => {
    const { passages } = open()
    passages.record(ofCall('r1', null, [1, true]))
    passages.ask(0)
    const { rest } = passages
    expect([rest, passages.rest]).toEqual([rest, rest])
    expect(passages.leave('', (text) => text.toUpperCase())).toEqual({
      retrievals: [{ ...rest.retrievals[0], query: 'Q' }],
      unshown: [],
      citations: [],
    })
    passages.noteStored(rest.retrievals)
    expect(passages.rest).toEqual({ retrievals: [], unshown: [] })
    expect(passages.leave('', (text) => text)).toBeNull()
  })

  test('was shown once the model was asked with it', () => {
    const { passages } = open()
    passages.record(ofCall('r1', null, [1, true]))
    expect(passages.rest.retrievals[0]!.chunks.map(({ shown }) => shown)).toEqual([false])
    passages.ask(0)
    expect(passages.rest.retrievals[0]!.chunks.map(({ shown }) => shown)).toEqual([true])
    passages.noteStored(passages.rest.retrievals)
    passages.record(ofCall('r2', 'a', [2, true]))
    passages.takeOf('a')
    expect(passages.rest).toEqual({ retrievals: [], unshown: ['r2'] })
    passages.ask(0)
    expect(passages.rest).toEqual({ retrievals: [], unshown: [] })
  })
})

describe('results of searches', () => {
  const sized = (size: number) => 'x'.repeat(size - 2)

  test('take what the window has left, and always 1,000 bytes', () => {
    const { passages } = open([], 5000)
    passages.ask(1000)
    expect(passages.fitResult('a', sized(3000))).toBe(sized(3000))
    expect(sentBytes(passages.fitResult('b', sized(3000)))).toBe(1000)
    expect(sentBytes(passages.fitResult('c', sized(3000)))).toBe(1000)
    passages.ask(2000)
    expect(passages.fitResult('d', sized(3000))).toBe(sized(3000))
    expect([...passages.calls]).toEqual(['a', 'b', 'c', 'd'])
  })

  test('those of earlier attempts are not cut again either', () => {
    const { passages } = open([ofCall('r1', null), ofCall('r2', 'a')])
    expect([...passages.calls]).toEqual(['a'])
  })

  test('a search may have the characters of its settings, if they fit into the window', () => {
    const { passages } = open([], 5000)
    expect(passages.characters_left).toBe(2000)
    passages.ask(3500)
    expect(passages.characters_left).toBe(1500)
    passages.ask(4990)
    expect(passages.characters_left).toBe(1000)
  })
})

test('a turn makes at most 64 searches, those of earlier attempts included', () => {
  const { passages } = open(Array.from({ length: 60 }, (_, at) => retrieval(`r${at}`)))
  expect(Array.from({ length: 6 }, () => passages.mayBegin())).toEqual([true, true, true, true, false, false])
})

test('an attempt has one code, made when it is first needed', () => {
  const { passages, codes } = open()
  expect(codes()).toBe(0)
  expect([passages.code, passages.code]).toEqual(['code 1', 'code 1'])
})
