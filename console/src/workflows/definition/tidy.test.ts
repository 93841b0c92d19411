import { expect, test } from 'vitest'
import type { Definition, Step } from './definition.ts'
import { grid, size } from './places.ts'
import { tidyUp } from './tidy.ts'

const step = (id: string, type: Step['type'], next: Step['next'] = {}, config: Step['config'] = {}): Step => ({
  ...{ id, type, next, config },
})
const graph = (...nodes: Step[]): Definition => ({ schema_version: 1, nodes })

/** In columns and rows. */
const placed = (definition: Definition) =>
  Object.fromEntries(
    [...tidyUp(definition)].map(([id, { x, y }]) => [
      id,
      [x / grid.column, y / grid.row].map((part) => Math.round(part * 100) / 100),
    ]),
  )

test('steps that follow each other stand in one column', () => {
  const chain = graph(step('c', 'output'), step('a', 'trigger', { default: 'b' }), step('b', 'http', { default: 'c' }))
  expect(placed(chain)).toEqual({ a: [0, 0], b: [0, 1], c: [0, 2] })
})

test('branches stand beside each other in their order, and what follows both in the middle', () => {
  const conditions = { conditions: [{ name: 'x' }, { name: 'y' }] }
  const fork = graph(
    step('a', 'trigger', { default: 'choice' }),
    step('choice', 'condition', { y: 'second', x: 'first' }, conditions),
    step('second', 'wait', { default: 'end' }),
    step('first', 'wait', { default: 'end' }),
    step('end', 'output'),
  )
  expect(placed(fork)).toEqual({ a: [0.5, 0], choice: [0.5, 1], first: [0, 2], second: [1, 2], end: [0.5, 3] })
})

test('what follows a failure stands to the right', () => {
  const failing = graph(
    step('a', 'trigger', { default: 'b' }),
    step('b', 'http', { default: 'c', error: 'd' }),
    step('c', 'output'),
    step('d', 'output'),
  )
  const { c, d } = placed(failing)
  expect(c![1]).toBe(d![1])
  expect(d![0]! - c![0]!).toBe(1)
})

test('a step is below all that leads to it, and lines back move nothing up', () => {
  const loop = graph(
    step('a', 'trigger', { default: 'b' }),
    step('b', 'http', { default: 'c', error: 'e' }),
    step('c', 'wait', { default: 'd', error: 'b' }),
    step('d', 'code', { default: 'e', error: 'd' }),
    step('e', 'output'),
  )
  expect(Object.values(placed(loop)).map(([, row]) => row)).toEqual([0, 1, 2, 3, 4])
})

test('notes stand beside the steps', () => {
  const { x } = tidyUp(graph(step('n', 'note'), step('a', 'trigger'))).get('n')!
  expect(x).toBe(grid.column)
  expect(tidyUp(graph(step('n', 'note'))).get('n')).toEqual({ x: 0, y: 0 })
  expect(tidyUp(graph()).size).toBe(0)
})

test('however steps are connected, none stands on another', () => {
  let seed = 1
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  for (let round = 0; round < 50; round += 1) {
    const count = 2 + random(40)
    const nodes = Array.from({ length: count }, (_none, index) =>
      step(`s${index}`, index === 0 ? 'trigger' : 'http', { default: `s${random(count)}`, error: `s${random(count)}` }),
    )
    const places = [...tidyUp(graph(...nodes)).values()]
    for (const [index, one] of places.entries()) {
      for (const other of places.slice(index + 1)) {
        const isOn = Math.abs(one.x - other.x) < size.width && Math.abs(one.y - other.y) < size.height
        expect(isOn).toBe(false)
      }
    }
  }
})

test('two hundred steps with many lines are placed', () => {
  const nodes = Array.from({ length: 200 }, (_none, index) =>
    step(`s${index}`, 'http', { default: `s${index + 1}`, error: `s${(index * 7) % 200}` }),
  )
  expect(tidyUp(graph(...nodes)).size).toBe(200)
})
