import { expect, it } from 'vitest'
import { Interrupts, quits_within_ms } from './interrupts.ts'

function press() {
  const seen: string[] = []
  const state = { now: 1000, writes: true }
  const interrupts = new Interrupts({
    now: () => state.now,
    cancel() {
      if (state.writes) seen.push('cancel')
      return state.writes
    },
    warn: () => void seen.push('warn'),
    quit: () => void seen.push('quit'),
  })
  return { seen, state, interrupts }
}

it('cancels the reply, and a second press soon after quits, though the reply has ended', () => {
  const { seen, state, interrupts } = press()
  interrupts.take()
  state.writes = false
  state.now += quits_within_ms
  interrupts.take()
  expect(seen).toEqual(['cancel', 'quit'])
})

it('asks again when the second press comes late', () => {
  const { seen, state, interrupts } = press()
  state.writes = false
  interrupts.take()
  state.now += quits_within_ms + 1
  interrupts.take()
  interrupts.take()
  expect(seen).toEqual(['warn', 'warn', 'quit'])
})

it('cancels the reply to the next line, however soon it is', () => {
  const { seen, interrupts } = press()
  interrupts.take()
  interrupts.forget()
  interrupts.take()
  expect(seen).toEqual(['cancel', 'cancel'])
})
