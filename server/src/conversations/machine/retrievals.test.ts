import { expect, test } from 'vitest'
import { changed, locked, turn } from '../../../test/conversations/decision-fixture.ts'
import { decideAttemptResult, decideStep } from './attempt-decisions.ts'
import { noChange } from './change.ts'
import { planOf } from './plan.ts'
import { withRetrievals } from './change-with-retrievals.ts'
import { type NewRetrieval, datasetsOf, eventOfRetrieval, joinCitations } from './retrievals.ts'

const chunk = (dataset_id: string, number: number, score: number) => ({
  ...{ number, chunk_id: `c${number}`, dataset_id, source_id: 's', source_name: 'A.pdf', url: null, page: null },
  ...{ score, shown: true },
})
const retrieval: NewRetrieval = {
  ...{
    id: 'r1',
    turn_id: 'turn-1',
    kind: 'implicit',
    call_id: null,
    query: 'Mail ada@mail.example',
    retrieval_mode: 'hybrid',
  },
  ...{ degraded: [], outcome: 'found', latency_ms: 7, dataset_ids: ['a', 'b', 'a'] },
  chunks: [chunk('a', 1, 0.5), chunk('a', 2, 0.7)],
}

test('a search that found something elsewhere found nothing in the other datasets', () => {
  expect(datasetsOf(retrieval)).toEqual([
    { dataset_id: 'a', outcome: 'found', best_score: 0.7 },
    { dataset_id: 'b', outcome: 'nothing', best_score: null },
  ])
  expect(datasetsOf({ ...retrieval, outcome: 'timed_out', chunks: [] })[0]).toMatchObject({ outcome: 'timed_out' })
})

test('its event precedes those of the change and has no query', () => {
  const { events, retrievals } = withRetrievals(
    { ...noChange, events: [{ type: 'turn.completed', data: { turn_id: 'turn-1' } }] },
    { retrievals: [retrieval] },
  )
  expect(events.map(({ type }) => type)).toEqual(['retrieval.completed', 'turn.completed'])
  expect(events[0]!.data).toMatchObject({ turn_id: 'turn-1', id: 'r1', chunks: retrieval.chunks })
  expect(JSON.stringify(events)).not.toContain('ada@mail.example')
  expect(events[0]!.data).not.toHaveProperty('dataset_ids')
  expect(retrievals).toEqual([retrieval])
  expect(withRetrievals(noChange, { retrievals: [], unshown: [] })).toBe(noChange)
  expect(withRetrievals({ ...noChange, unshown: ['a'] }, { unshown: ['b'] }).unshown).toEqual(['b', 'a'])
})

test('its event is the same to the byte, whether it was just found or was stored, in another order', () => {
  const stored = {
    ...retrieval,
    chunks: retrieval.chunks.map((found) => Object.fromEntries(Object.entries(found).toReversed())),
  }
  const told = (from: unknown) => JSON.stringify(eventOfRetrieval('turn-1', from as NewRetrieval))
  expect(told(stored)).toBe(told(retrieval))
})

test('the plan of it is redacted', () => {
  const state = locked({ redaction: { rules: ['email'] } })
  const { change } = planOf(state, withRetrievals(noChange, { retrievals: [retrieval] }))
  expect(change.retrievals[0]!.query).toBe('Mail [email]')
})

test('a step, and a failure, bring it along; a write that is stale or was made before does not', () => {
  const state = locked({ open_turns: [turn()] })
  const key = { turn_id: 'turn-1', lease: 7 }
  const step = {
    ...{
      number: 0,
      text: '',
      message_id: 'm',
      is_held: false,
      calls: [],
      results: [],
      input_tokens: 1,
      output_tokens: 1,
    },
    retrievals: [retrieval],
  }
  expect(changed(decideStep(state, key, step)).change.retrievals).toEqual([retrieval])
  const failure = { type: 'failure', outcome: 'model_error', error: 'No.', retrievals: [retrieval] } as const
  expect(changed(decideAttemptResult(state, key, { ...failure, retrievals: [retrieval] })).change.retrievals).toEqual([
    retrieval,
  ])
  expect(changed(decideStep(state, { ...key, lease: 8 }, step)).change).toBe(noChange)
  expect(changed(decideStep(locked({ open_turns: [turn({ steps: 1 })] }), key, step)).change).toBe(noChange)
})

test('citations are listed once, by number', () => {
  const cited = (number: number) => ({ number, source_name: `${number}`, url: null })
  expect(joinCitations([[cited(2)], null, [cited(1), cited(2)], undefined])).toEqual([cited(1), cited(2)])
})
