import type { LanguageModelV4 } from '@ai-sdk/provider'
import { expect, test } from 'vitest'
import { createAiSdkModel } from './ai-sdk-model.ts'

test('endless arguments abort the call', async () => {
  let given = 0
  const stream = new ReadableStream({
    pull(controller) {
      given += 1
      controller.enqueue({ type: 'tool-input-delta', id: 'call', delta: 'x'.repeat(100_000) })
    },
  })
  const endless = { doStream: () => Promise.resolve({ stream }) } as unknown as LanguageModelV4
  const parts = createAiSdkModel('openai/endless', endless).stream(
    { system: '', messages: [{ role: 'user', text: 'Go' }], tools: [] },
    new AbortController().signal,
  )
  const read = async () => {
    for await (const part of parts) expect(part).toBeUndefined()
  }
  await expect(read()).rejects.toMatchObject({
    kind: 'protocol',
    message: expect.stringMatching(/arguments of the tool calls are too long/),
  })
  expect(given).toBeLessThan(50)
})
