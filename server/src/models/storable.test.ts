import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeStorable } from '../base/text.ts'
import { type Model, type ModelPart, notReported } from './port.ts'
import { countsNothing } from '../usage/usage.ts'
import { createStorableModel } from './storable.ts'

const finish: ModelPart = {
  type: 'finish',
  reason: 'stop',
  usage: { ...notReported, input_tokens: 1, output_tokens: 1 },
}

async function read(parts: ModelPart[]): Promise<ModelPart[]> {
  const model: Model = {
    id: 'x/y',
    async *stream() {
      yield* parts
    },
  }
  const request = { system: '', messages: [], tools: [] }
  return Array.fromAsync(createStorableModel(model).stream(request, new AbortController().signal, countsNothing))
}

const textOf = (parts: ModelPart[]) => parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

test('a text cut anywhere yields the same result, and every piece can be stored', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'binary' })), fc.nat(5), async (texts, size) => {
      // Pieces of code units: characters are split.
      const units = texts.join('\0😀')
      const pieces = units.match(new RegExp(`[^]{1,${size + 1}}`, 'g')) ?? []
      const parts = await read([...pieces.map((text): ModelPart => ({ type: 'text', text })), finish])
      expect(textOf(parts)).toBe(makeStorable(units))
      for (const part of parts) if (part.type === 'text') expect(makeStorable(part.text)).toBe(part.text)
      expect(parts.at(-1)).toEqual(finish)
    }),
  )
})

test('replaces half a character before a call or the end', async () => {
  const call: ModelPart = { type: 'tool_call', call_id: 'c', name: 'n', arguments: '{}' }
  const parts = await read([{ type: 'text', text: 'a\ud83d' }, call, finish])
  expect(parts).toEqual([{ type: 'text', text: 'a' }, { type: 'text', text: '\uFFFD' }, call, finish])
})
