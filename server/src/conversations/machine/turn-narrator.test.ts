import type { TurnStreamEvent } from '@parley/contract'
import { expect, test } from 'vitest'
import { TurnNarrator } from './turn-narrator.ts'

const turn_id = 't'
const step = (attempt: number, saying: number, text: string) => ({ turn_id, attempt, kept: 0, saying, text })

function tell(...parts: Generator<TurnStreamEvent>[]) {
  return parts.flatMap((part) =>
    [...part].map(({ event, data }) => [event, 'text' in data ? data.text : (data as { attempt: number }).attempt]),
  )
}

test('another attempt takes back the streamed text', () => {
  const narrator = new TurnNarrator(turn_id, { tells_calls: true, tells_widgets: false })
  expect(tell(narrator.start(1), narrator.say(step(1, 1, 'Half')))).toEqual([
    ['turn.started', 1],
    ['message.delta', 'Half'],
  ])
  expect(tell(narrator.start(2), narrator.say(step(2, 1, 'Whole')))).toEqual([
    ['turn.restarted', 2],
    ['message.delta', 'Whole'],
  ])
})

test('text that was taken back is not taken back again when another node takes the turn over', () => {
  const narrator = new TurnNarrator(turn_id, { tells_calls: true, tells_widgets: false })
  tell(narrator.start(1), narrator.say(step(1, 1, 'Half')))
  expect(tell(narrator.say(step(1, 2, '')))).toEqual([['turn.restarted', 1]])
  expect(tell(narrator.start(2), narrator.say(step(2, 1, '')))).toEqual([])
  expect(tell(narrator.say(step(2, 1, 'Whole')), narrator.start(3))).toEqual([
    ['message.delta', 'Whole'],
    ['turn.restarted', 3],
  ])
})
