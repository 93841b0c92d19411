import type { WorkflowExecution, WorkflowVisit } from '@parley/contract'
import { expect, test } from 'vitest'
import type { Definition } from '../definition/definition.ts'
import { readVisits } from './read-visits.ts'
import { fits, graphOfVisits, samplesOf, statesOf, takenLines } from './run-facts.ts'

function visit(position: number, step_id: string, more: Partial<WorkflowVisit> = {}): WorkflowVisit {
  return {
    ...{ position, step_id, step_name: step_id.toUpperCase(), type: 'http', visit: 1, status: 'success', branch: null },
    ...{ error: null, attempts: [], effect_sent: false, until: null, resumable: false },
    ...{ started_at: null, finished_at: null, input_tokens: null, output_tokens: null },
    ...more,
  }
}

const definition: Definition = {
  schema_version: 1,
  nodes: [
    { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'choice' } },
    { id: 'choice', type: 'condition', config: { conditions: [{ name: 'gold' }] }, next: { gold: 'a', default: 'b' } },
    { id: 'a', type: 'http', config: {}, next: { default: 'b', error: 'choice' } },
    { id: 'b', type: 'output', config: {} },
    { id: 'note', type: 'note', config: {} },
  ],
}
const visits = [
  visit(1, 'begin', { type: 'trigger', output: { user_id: 'ada' } }),
  visit(2, 'choice', { type: 'condition', branch: 'gold', output: 'gold' }),
  visit(3, 'a', { status: 'failed', error: { code: 'http_failed', message: 'No answer.' } }),
  visit(4, 'choice', { type: 'condition', visit: 2, branch: null, output: null }),
  visit(5, 'b', { type: 'output', status: 'running' }),
]

test('a step has the state of its last visit, in words; notes have none', () => {
  expect(Object.fromEntries([...statesOf(definition, visits)].map(([id, { text }]) => [id, text]))).toEqual({
    ...{ begin: 'Succeeded', choice: 'Succeeded (2 times)', a: 'Failed: the request failed', b: 'Running' },
  })
  expect(statesOf(definition, visits.slice(0, 1)).get('a')).toEqual({ tone: 'quiet', text: 'Not reached' })
})

test('the lines that were taken are those between visits that follow each other', () => {
  expect([...takenLines(definition, visits)]).toEqual([
    ...['begin default', 'choice gold', 'a error', 'choice default'],
  ])
  expect([...takenLines(definition, visits.slice(0, 1))]).toEqual([])
})

test('the graph of visits has each step once and each way that was taken', () => {
  expect(graphOfVisits(visits).nodes).toMatchObject([
    { id: 'begin', name: 'BEGIN', next: { default: 'choice' } },
    { id: 'choice', config: { conditions: [{ name: 'gold' }] }, next: { gold: 'a', default: 'b' } },
    { id: 'a', next: { error: 'choice' } },
    { id: 'b', next: {} },
  ])
})

test('a draft that lacks a step that was visited is not what was executed', () => {
  expect(fits(definition, visits)).toBe(true)
  expect(fits(definition, [visit(1, 'gone')])).toBe(false)
  expect(fits(definition, [visit(1, 'b', { type: 'http' })])).toBe(false)
})

test('samples are what steps answered, by the names that expressions use', () => {
  const execution = { input_data: { user_id: 'ada' } } as unknown as WorkflowExecution
  const outputs = { begin: { user_id: 'ada' }, choice: null }
  expect(samplesOf(execution, visits)).toEqual({
    ...{ trigger: { user_id: 'ada' }, input: { user_id: 'ada' }, ctx: outputs },
    ...outputs,
  })
  expect(samplesOf({} as WorkflowExecution, [])).toEqual({})
})

test('only the last page of visits is read again', async () => {
  const asked: (string | null)[] = []
  const answers: Record<string, string | null> = { first: 'b', b: 'c', c: null }
  const read = (cursor: string | null) => {
    asked.push(cursor)
    return Promise.resolve({ visits: [visit(asked.length, 'a')], next: answers[cursor ?? 'first']! })
  }
  const pages = await readVisits([], read)
  expect(asked).toEqual([null, 'b', 'c'])
  answers['c'] = 'd'
  answers['d'] = null
  const again = await readVisits(pages, read)
  expect(asked.slice(3)).toEqual(['c', 'd'])
  expect(again.map(({ cursor }) => cursor)).toEqual([null, 'b', 'c', 'd'])
})
