import { type TurnStatus, turnOutcomes, turnStatuses } from '@parley/contract'
import { expect, test } from 'vitest'
import { isFinal, statusOfOutcome, turnTransitions } from './turn.ts'

test('T2: a final turn accepts no event', () => {
  const final = turnStatuses.filter(isFinal)
  expect(final).toEqual(['completed', 'failed', 'cancelled'])
  for (const status of final) expect(new Set(Object.values(turnTransitions[status]))).toEqual(new Set(['refused']))
})

test('every turn can reach a final state, and only `start` makes it run', () => {
  const reachable = new Set<TurnStatus>(['queued'])
  for (const status of reachable) {
    for (const next of Object.values(turnTransitions[status])) if (next !== 'refused') reachable.add(next)
  }
  expect([...reachable].toSorted()).toEqual([...turnStatuses].toSorted())
  const running = turnStatuses.filter((status) => Object.values(turnTransitions[status]).includes('running'))
  expect(running).toEqual(['queued'])
})

test('each outcome belongs to a final state', () => {
  for (const outcome of turnOutcomes) expect(isFinal(statusOfOutcome[outcome])).toBe(true)
})
