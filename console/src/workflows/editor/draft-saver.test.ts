import type { WorkflowVersion } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Definition } from '../definition/definition.ts'
import { DraftSaver, type Saving } from './draft-saver.ts'

const definition = (name: string): Definition => ({ schema_version: 1, nodes: [], name })
const refusal = (status: number, code: string | null, errors: { path: string; message: string }[] = []) =>
  new ApiError({ status, headers: new Headers() }, { detail: code, code, errors })

interface Sent {
  definition: Definition
  revision: number
  answer: (outcome: number | Error) => void
}

/** `stored` is what the server has. */
function start(stored: () => Definition = () => definition('theirs')) {
  const sent: Sent[] = []
  const told: Saving['outcome'][] = []
  const first = definition('first')
  const saver = new DraftSaver(first, 1, {
    send(wanted, revision) {
      const { promise, resolve, reject } = Promise.withResolvers<WorkflowVersion>()
      const answer = (outcome: number | Error) =>
        outcome instanceof Error ? reject(outcome) : resolve({ revision: outcome } as WorkflowVersion)
      sent.push({ definition: wanted, revision, answer })
      return promise
    },
    read: () => Promise.resolve({ revision: 7, definition: stored() } as unknown as WorkflowVersion),
    tell: ({ outcome }) => told.push(outcome),
    begin: () => {},
  })
  return { saver, sent, told, first }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('what is typed in a row is saved once, with the revision', async () => {
  const { saver, sent, told } = start()
  saver.want(definition('a'))
  await pass(300)
  saver.want(definition('b'))
  await pass(650)
  expect(sent).toEqual([])
  await pass(100)
  expect(sent).toMatchObject([{ definition: { name: 'b' }, revision: 1 }])
  sent[0]!.answer(2)
  expect(await saver.flush()).toBe(true)
  expect(told).toEqual(['saved'])
})

test('what changes during a save is saved after it, with the revision that it made', async () => {
  const { saver, sent } = start()
  saver.want(definition('a'))
  await pass(700)
  saver.want(definition('b'))
  await pass(5000)
  expect(sent).toHaveLength(1)
  sent[0]!.answer(2)
  await pass(0)
  expect(sent).toMatchObject([{ revision: 1 }, { definition: { name: 'b' }, revision: 2 }])
})

test('a flush waits for everything', async () => {
  const { saver, sent } = start()
  saver.want(definition('a'))
  const flushed = saver.flush()
  await pass(0)
  saver.want(definition('b'))
  sent[0]!.answer(2)
  await pass(0)
  sent[1]!.answer(3)
  expect(await flushed).toBe(true)
  expect(await saver.flush()).toBe(true)
  expect(sent).toHaveLength(2)
})

test('after someone else was faster nothing is sent until that is settled', async () => {
  const { saver, sent, told } = start()
  saver.want(definition('a'))
  await pass(700)
  sent[0]!.answer(refusal(412, 'revision_mismatch'))
  await pass(0)
  saver.want(definition('b'))
  await pass(10_000)
  expect(await saver.flush()).toBe(false)
  expect(sent).toHaveLength(1)
  expect(told).toEqual(['overtaken'])
  saver.replace(definition('theirs'), 7, definition('both'))
  await pass(700)
  expect(sent[1]).toMatchObject({ definition: { name: 'both' }, revision: 7 })
})

test.each([
  ['version_published', 400, 'lost'],
  ['not_found', 404, 'lost'],
  ['forbidden', 403, 'failed'],
] as const)('%s: the draft is %s', async (code, status, outcome) => {
  const { saver, sent, told } = start()
  saver.want(definition('a'))
  await pass(700)
  sent[0]!.answer(refusal(status, code))
  await pass(10_000)
  expect(told).toEqual([outcome])
  expect(sent).toHaveLength(1)
})

test('what is refused is sent again only when it has changed', async () => {
  const { saver, sent, told } = start()
  saver.want(definition('a'))
  await pass(700)
  sent[0]!.answer(refusal(422, 'invalid', [{ path: 'definition.nodes.0.config', message: 'is wrong' }]))
  await pass(60_000)
  expect(sent).toHaveLength(1)
  saver.want(definition('b'))
  await pass(700)
  expect(sent).toHaveLength(2)
  expect(told).toEqual(['refused'])
})

test('without an answer it is sent again by itself', async () => {
  const { saver, sent, told } = start()
  saver.want(definition('a'))
  await pass(700)
  sent[0]!.answer(new TypeError('no network'))
  await pass(5000)
  expect(sent).toHaveLength(2)
  expect(told).toEqual(['failed'])
})

test('what was stored without an answer is no change by someone else', async () => {
  const first = definition('a')
  const { saver, sent, told } = start(() => definition('a'))
  saver.want(first)
  await pass(700)
  sent[0]!.answer(new TypeError('no network'))
  await pass(5000)
  sent[1]!.answer(refusal(412, 'revision_mismatch'))
  await pass(0)
  expect(told).toEqual(['failed', 'saved'])
  saver.want(definition('b'))
  await pass(700)
  expect(sent[2]).toMatchObject({ revision: 7 })
})

test('a stopped saver sends nothing', async () => {
  const { saver, sent } = start()
  saver.want(definition('a'))
  saver.stop()
  await pass(10_000)
  expect(sent).toEqual([])
})
