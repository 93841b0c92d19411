import { describe, expect, test } from 'vitest'
import { type Definition, type Step, findStep, portsOf, readAt, writeAt } from './definition.ts'
import {
  addStep,
  connect,
  copyStep,
  inReadingOrder,
  moveSteps,
  namesOf,
  removeStep,
  renameStep,
  stepsBefore,
  writeBranches,
  writeSetting,
  writeStep,
} from './edit.ts'
import { grid } from './places.ts'

const step = (id: string, type: Step['type'], more: Partial<Step> = {}): Step => ({ id, type, config: {}, ...more })

const chain: Definition = {
  schema_version: 1,
  nodes: [
    step('trigger', 'trigger', { next: { default: 'request' }, position: { x: 0, y: 0 } }),
    step('request', 'http', { next: { default: 'result', error: 'wait' }, position: { x: 0, y: grid.row } }),
    step('result', 'output', { position: { x: 0, y: 2 * grid.row } }),
    step('wait', 'wait', { next: { default: 'request' }, position: { x: grid.column, y: 2 * grid.row } }),
  ],
}
const nextOf = (definition: Definition, id: string) => findStep(definition, id)?.next
const placeOf = (definition: Definition, id: string) => findStep(definition, id)?.position

describe('adding', () => {
  test('puts a step between two, and those below make room', () => {
    const { definition, id } = addStep(chain, { type: 'wait' }, { step_id: 'request', port: 'default' })
    expect(id).toBe('wait_2')
    expect(nextOf(definition, 'request')).toEqual({ default: 'wait_2', error: 'wait' })
    expect(nextOf(definition, 'wait_2')).toEqual({ default: 'result' })
    expect(placeOf(definition, 'wait_2')).toEqual({ x: 0, y: 2 * grid.row })
    expect(placeOf(definition, 'result')).toEqual({ x: 0, y: 3 * grid.row })
    expect(placeOf(definition, 'request')).toEqual({ x: 0, y: grid.row })
  })

  test('an output ends the path: it leads to nothing', () => {
    const { definition, id } = addStep(chain, { type: 'output' }, { step_id: 'trigger', port: 'default' })
    expect(nextOf(definition, 'trigger')).toEqual({ default: id })
    expect(nextOf(definition, id)).toBeUndefined()
  })

  test.each(['trigger', 'input', 'note'] as const)('nothing leads to a new %s', (type) => {
    const { definition, id } = addStep(chain, { type }, { step_id: 'request', port: 'default' })
    expect(nextOf(definition, 'request')).toEqual({ default: 'result', error: 'wait' })
    expect(findStep(definition, id)!.position!.x).toBe(2 * grid.column)
  })

  test('the first step has a place, and steps without places stay without', () => {
    const empty: Definition = { schema_version: 1, nodes: [] }
    expect(placeOf(addStep(empty, { type: 'trigger' }, null).definition, 'trigger')).toEqual({ x: 0, y: 0 })
    const unplaced: Definition = { schema_version: 1, nodes: [step('trigger', 'trigger')] }
    const added = addStep(unplaced, { type: 'wait' }, { step_id: 'trigger', port: 'default' })
    expect(added.definition.nodes.map(({ position }) => position)).toEqual([undefined, undefined])
  })

  test('a copy has the configuration, an id of its own, and no connections', () => {
    const { definition, id } = copyStep(chain, findStep(chain, 'request')!, 'Again')
    expect(findStep(definition, id)).toEqual({
      ...{ id: 'request_2', type: 'http', name: 'Again', config: {} },
      position: { x: grid.column, y: grid.row },
    })
  })
})

describe('removing', () => {
  test('what led to the step leads to what followed it', () => {
    const definition = removeStep(chain, 'request')
    expect(definition.nodes.map(({ id }) => id)).toEqual(['trigger', 'result', 'wait'])
    expect(nextOf(definition, 'trigger')).toEqual({ default: 'result' })
    expect(nextOf(definition, 'wait')).toEqual({ default: 'result' })
  })

  test('a step that leads to itself, and the last one, leave nothing behind', () => {
    const loop = connect(chain, 'request', 'default', 'request')
    expect(nextOf(removeStep(loop, 'request'), 'trigger')).toEqual({})
    expect(nextOf(removeStep(chain, 'result'), 'request')).toEqual({ error: 'wait' })
  })
})

test('a branch keeps what it leads to when it is renamed, and loses it when it goes', () => {
  const conditions = [
    { name: 'gold', condition: '{{ a }}' },
    { name: 'silver', condition: '{{ b }}' },
  ]
  const made: Definition = {
    schema_version: 1,
    nodes: [step('choice', 'condition', { config: { conditions }, next: { gold: 'a', silver: 'b', default: 'c' } })],
  }
  expect(portsOf(made.nodes[0]!).map(({ name }) => name)).toEqual(['gold', 'silver', 'default', 'error'])
  const renamed = writeBranches(made, 'choice', [{ name: 'best', condition: '{{ a }}' }, conditions[1]!], {
    from: 'gold',
    to: 'best',
  })
  expect(nextOf(renamed, 'choice')).toEqual({ best: 'a', silver: 'b', default: 'c' })
  expect(nextOf(writeBranches(renamed, 'choice', [conditions[1]!]), 'choice')).toEqual({ silver: 'b', default: 'c' })
})

test('a new id is followed by what leads to the step', () => {
  const definition = renameStep(chain, 'request', 'crm')
  expect(nextOf(definition, 'trigger')).toEqual({ default: 'crm' })
  expect(nextOf(definition, 'wait')).toEqual({ default: 'crm' })
  expect(findStep(definition, 'crm')?.type).toBe('http')
})

test('values are written at places, and removed', () => {
  const written = writeStep(chain, 'request', ['config', 'headers', 'X-Shop'], 'tea')
  expect(readAt(findStep(written, 'request'), ['config', 'headers'])).toEqual({ 'X-Shop': 'tea' })
  const removed = writeStep(written, 'request', ['config', 'headers'], undefined)
  expect(findStep(removed, 'request')).toEqual(findStep(chain, 'request'))
  expect(writeStep(chain, 'request', ['config'], undefined).nodes[1]!.config).toEqual({})
  expect(writeSetting(chain, ['retry', 'max_attempts'], 3).settings).toEqual({ retry: { max_attempts: 3 } })
  expect(writeAt([{ name: 'a' }, { name: 'b' }], [1, 'name'], 'c')).toEqual([{ name: 'a' }, { name: 'c' }])
  expect(moveSteps(chain, new Map([['wait', { x: 1.6, y: 2.2 }]])).nodes[3]!.position).toEqual({ x: 2, y: 2 })
})

test('names of an object are no places', () => {
  expect(readAt({}, ['constructor'])).toBeUndefined()
  expect(readAt({}, ['__proto__', 'x'])).toBeUndefined()
})

test('steps are read from the entries along their ways, and each once', () => {
  expect(inReadingOrder(chain).map(({ id }) => id)).toEqual(['trigger', 'request', 'result', 'wait'])
  const loose: Definition = {
    schema_version: 1,
    nodes: [
      step('note', 'note'),
      step('lost', 'code', { next: { default: 'end' } }),
      ...chain.nodes,
      step('end', 'output'),
    ],
  }
  expect(inReadingOrder(loose).map(({ id }) => id)).toEqual([
    ...['trigger', 'request', 'result', 'wait', 'lost', 'end', 'note'],
  ])
})

test('what comes before a step is nearest first, and in a loop the step itself', () => {
  expect(stepsBefore(chain, 'result').map(({ id }) => id)).toEqual(['request', 'trigger', 'wait'])
  expect(stepsBefore(chain, 'trigger')).toEqual([])
})

test('steps with the same name are distinguished by their ids', () => {
  const named: Definition = {
    schema_version: 1,
    nodes: [step('a', 'wait', { name: 'Wait' }), step('b', 'wait', { name: 'Wait' }), step('c', 'wait', { name: ' ' })],
  }
  expect([...namesOf(named).values()]).toEqual(['Wait (a)', 'Wait (b)', 'c'])
})
