import { expect, test } from 'vitest'
import type { NewRetrieval } from '../conversations/machine/retrievals.ts'
import { TurnPassages } from './turn-passages.ts'

const settings = {
  ...{ implicit: true, timeout_ms: 1, max_chunks: 1, max_characters: 1, window_messages: 1, rerank: true },
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
function open(stored: NewRetrieval[] = []) {
  let codes = 0
  const passages = new TurnPassages({ turn_id: 't', settings, stored, newCode: () => `code ${(codes += 1)}` })
  return { passages, codes: () => codes }
}

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

test('what is recorded is taken once, and in its order when it is given back', () => {
  const { passages } = open()
  const told: string[] = []
  passages.tell = ({ id }) => void told.push(id)
  passages.record(retrieval('r1'))
  const taken = passages.take()
  passages.record(retrieval('r2'))
  passages.giveBack(taken)
  expect(passages.take().map(({ id }) => id)).toEqual(['r1', 'r2'])
  expect(passages.take()).toEqual([])
  expect(told).toEqual(['r1', 'r2'])
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
