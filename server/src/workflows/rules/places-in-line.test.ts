import { expect, test } from 'vitest'
import { placesInLine } from './places-in-line.ts'

const look = (first: Parameters<typeof placesInLine>[0], of_workflow = true) =>
  placesInLine(first, { most_jobs: 200, of_workflow })

test('a part that the queue has places for is followed by the next one at once', () => {
  expect(look({ max_concurrent: null, active: 900, jobs: 0 })).toEqual({ places: 50, again_in_ms: 0 })
  expect(look({ max_concurrent: 100, active: 49, jobs: 149 })).toEqual({ places: 50, again_in_ms: 0 })
})

test('while the jobs of the organization fill the queue, it is looked at often', () => {
  expect(look({ max_concurrent: null, active: 0, jobs: 200 })).toEqual({ places: 0, again_in_ms: 200 })
  expect(look({ max_concurrent: 500, active: 0, jobs: 170 })).toEqual({ places: 30, again_in_ms: 200 })
})

test('where the workflow lets no more start, its ends are waited for', () => {
  expect(look({ max_concurrent: 1, active: 1, jobs: 0 })).toEqual({ places: 0, again_in_ms: 1000 })
  expect(look({ max_concurrent: 3, active: 1, jobs: 200 })).toEqual({ places: 0, again_in_ms: 200 })
})

test('a smaller bound of another version lets nobody start', () => {
  expect(look({ max_concurrent: 2, active: 5, jobs: 0 })).toEqual({ places: 0, again_in_ms: 1000 })
})

test('executions without a workflow have no bound of one', () => {
  expect(look({ max_concurrent: 1, active: 7, jobs: 0 }, false)).toEqual({ places: 50, again_in_ms: 0 })
})

test('nobody stands in an empty line', () => {
  expect(look(null).places).toBe(0)
})
