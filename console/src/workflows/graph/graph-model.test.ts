import { expect, test } from 'vitest'
import type { Definition } from '../definition/definition.ts'
import { placesOf } from '../definition/places.ts'
import { boxesOf, labelOf, linesOf, neighbour } from './graph-model.ts'

const definition: Definition = {
  schema_version: 1,
  nodes: [
    { id: 'begin', type: 'trigger', config: { type: 'post_call' }, next: { default: 'choice' } },
    {
      ...{ id: 'choice', type: 'condition', name: 'Is it gold?' },
      config: { conditions: [{ name: 'gold' }, { name: 'silver' }] },
      next: { gold: 'a', silver: 'b', default: 'b', error: 'a' },
    },
    { id: 'a', type: 'wait', config: { duration: 2, unit: 'days' }, next: { default: 'gone' } },
    { id: 'b', type: 'output', config: {} },
  ],
}

test('a step that has no place yet is below all others', () => {
  const { nodes } = definition
  const mixed = { ...definition, nodes: [{ ...nodes[0]!, position: { x: 5, y: 300 } }, nodes[1]!] }
  expect(placesOf(mixed).get('choice')).toEqual({ x: 0, y: 420 })
})

test('a box says in words what it is, and a line has the name of its way', () => {
  const [, choice, wait] = boxesOf(definition, new Map(), { problems: new Map([['a', 2]]) })
  expect(choice).toMatchObject({ name: 'Is it gold?', summary: '2 branches', problems: 0 })
  expect(wait).toMatchObject({ summary: 'For 2 days', problems: 2 })
  const lines = linesOf(definition, { taken: new Set(['choice gold']) })
  // What leads to a step that is not there is not drawn.
  expect(lines.map(({ id, to, isTaken, port }) => [id, to, isTaken, labelOf(port)])).toEqual([
    ['begin default', 'choice', false, ''],
    ['choice gold', 'a', true, 'gold'],
    ['choice silver', 'b', false, 'silver'],
    ['choice default', 'b', false, 'otherwise'],
    ['choice error', 'a', false, 'fails'],
  ])
})

test('an arrow goes to the next box in its direction', () => {
  const at = (id: string, x: number, y: number) => ({ id, position: { x, y } })
  const boxes = [at('top', 0, 0), at('left', -200, 120), at('right', 200, 120), at('bottom', 0, 240)]
  expect(neighbour(boxes, boxes[0]!, 'ArrowDown')?.id).toBe('bottom')
  expect(neighbour(boxes, boxes[1]!, 'ArrowRight')?.id).toBe('right')
  expect(neighbour(boxes, boxes[3]!, 'ArrowUp')?.id).toBe('top')
  expect(neighbour(boxes, boxes[0]!, 'ArrowUp')).toBeNull()
})
