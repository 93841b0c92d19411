// What a model is shown of a difference: the relevant parts, within limits.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { comparisonRequest } from './comparison.ts'
import { compareValues } from './difference.ts'

const promptOf = (from: object, to: object) => {
  const [message] = comparisonRequest(compareValues(from as never, to as never), 'agent').messages
  return message?.role === 'user' ? message.text : ''
}

it('shows where two long texts differ', () => {
  const [before, after] = ['x'.repeat(50_000), 'y'.repeat(50_000)]
  const prompt = promptOf({ text: `${before}one${after}` }, { text: `${before}other${after}` })
  expect(prompt).toContain(`from: "…${'x'.repeat(198)}`)
  for (const shown of ['xoneyy', 'xotheryy']) expect(prompt).toContain(shown)
  expect(prompt.length).toBeLessThan(1500)
})

it('lists what was added, removed and changed, by name', () => {
  const prompt = promptOf({ tools: [{ name: 'a' }], x: 1 }, { tools: [{ name: 'a', timeout_ms: 5 }], y: [2] })
  expect(prompt).toBe('Differences:\n- added tools[a].timeout_ms: 5\n- removed x: 1\n- added y: [2]\n\nSummary:')
})

it('is bounded and well formed for any difference', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map((part) => part.repeat(2000))
  const config = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.oneof(text, fc.array(text)))
  fc.assert(
    fc.property(config, config, (from, to) => {
      const prompt = promptOf(from, to)
      expect(prompt.length).toBeLessThan(60_200)
      expect(prompt.isWellFormed()).toBe(true)
    }),
    { numRuns: 50 },
  )
})
