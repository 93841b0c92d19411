// What every model must do, whichever provider is behind it. Run by the adapters, the demo model and the resilient model.
import { describe, expect, test } from 'vitest'
import type { CountedModel, ModelPart, ModelRequest } from '../../src/models/port.ts'
import { countsNothing } from '../../src/usage/usage.ts'

export const GREETING: ModelRequest = {
  system: 'You help the customers of a tea shop. Be brief.',
  messages: [{ role: 'user', text: 'Where is my order?' }],
  tools: [],
}

export async function collectParts(
  model: CountedModel,
  request: ModelRequest = GREETING,
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelPart[]> {
  return Array.fromAsync(model.stream(request, signal, countsNothing))
}

export function joinText(parts: ModelPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** Joins adjacent text parts, because the network decides where text is split. */
export function joinTexts(parts: ModelPart[]): ModelPart[] {
  const joined: ModelPart[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (part.type === 'text' && last?.type === 'text')
      joined[joined.length - 1] = { type: 'text', text: last.text + part.text }
    else joined.push(part)
  }
  return joined
}

/** The model must answer `GREETING` with some text in several parts, each time it is called. */
export function describeModelContract(name: string, createModel: () => CountedModel): void {
  describe(`model contract: ${name}`, () => {
    test('is named provider/model', () => {
      expect(createModel().id).toMatch(/^[a-z-]+\/.+$/)
    })

    test('ends with a finish part, and has no other', async () => {
      const parts = await collectParts(createModel())
      expect(parts.at(-1)?.type).toBe('finish')
      expect(parts.filter((part) => part.type === 'finish')).toHaveLength(1)
    })

    test('streams text in parts that are not empty', async () => {
      const texts = (await collectParts(createModel())).filter((part) => part.type === 'text')
      expect(texts.length).toBeGreaterThan(1)
      for (const { text } of texts) expect(text).not.toBe('')
    })

    test('counts tokens in whole numbers or not at all', async () => {
      const finish = (await collectParts(createModel())).at(-1)
      if (finish?.type !== 'finish') throw new Error('The last part is not finish')
      for (const tokens of [finish.usage.input_tokens, finish.usage.output_tokens]) {
        expect(tokens === null || (Number.isInteger(tokens) && tokens > 0)).toBe(true)
      }
    })

    test('answers several calls at once, each in full', async () => {
      const model = createModel()
      const answers = await Promise.all(Array.from({ length: 8 }, () => collectParts(model)))
      for (const answer of answers) expect(answer).toEqual(answers[0])
    })

    test('throws the reason of a signal that aborted before the call', async () => {
      const reason = new Error('the turn was cancelled')
      await expect(collectParts(createModel(), GREETING, AbortSignal.abort(reason))).rejects.toBe(reason)
    })

    test('throws the reason of a signal that aborts within the answer', async () => {
      const reason = new Error('the turn was cancelled')
      const controller = new AbortController()
      const parts: ModelPart[] = []
      const consume = async () => {
        for await (const part of createModel().stream(GREETING, controller.signal, countsNothing)) {
          parts.push(part)
          controller.abort(reason)
        }
      }
      await expect(consume()).rejects.toBe(reason)
      expect(parts).toHaveLength(1)
    })

    test('lets its consumer stop early', async () => {
      for await (const part of createModel().stream(GREETING, new AbortController().signal, countsNothing)) {
        expect(part.type).toBe('text')
        break
      }
    })
  })
}
