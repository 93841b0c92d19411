import { expect, test } from 'vitest'
import { scopeOf } from '../../sandbox/rules/names.ts'
import { type Known, namesOfVisit, payloadOf } from './names-of-visit.ts'

const known: Known = {
  ...{ input: { a: 1, ctx: 'no', secrets: 'no', constructor: 'yes' }, trigger: { type: 'manual' } },
  outputs: new Map([
    ['late', { output: 'second', position: 9 }],
    ['early', { output: 'first', position: 2 }],
    ['a', { output: null, position: 3 }],
  ]),
  failure: null,
  execution: { id: 'e', workflow_id: null, version: null, started_at: null },
}
const steps = new Map([
  ['late', { name: 'Same' }],
  ['early', { name: 'Same' }],
  ['a', { name: 'early' }],
])

test('ids come before names, names before fields; a step that failed has null', () => {
  const scope = scopeOf(namesOfVisit(known, steps))
  expect(scope).toMatchObject({ late: 'second', early: 'first', Same: 'second', a: null, type: 'manual', error: null })
  expect(scope['ctx']).toEqual({ late: 'second', early: 'first', a: null })
  expect(scope['secrets']).toBeUndefined()
  expect(scope['constructor']).toBe('yes')
})

test('the payload has the type of what started the execution, unless it has one itself', () => {
  expect(payloadOf(known)).toMatchObject({ type: 'manual', a: 1 })
  expect(payloadOf({ ...known, input: { type: 'webhook' } })).toEqual({ type: 'webhook' })
  expect(payloadOf({ ...known, input: [1] })).toEqual({ type: 'manual' })
})
