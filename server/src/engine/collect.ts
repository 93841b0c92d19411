// Collects a model's stream: the plain answer is nothing but the collected stream.
import type { FinishReason, ModelPart, ModelUsage } from './models/port.ts'

export interface CollectedText {
  text: string
  reason: FinishReason
  usage: ModelUsage
}

export async function collectText(
  parts: AsyncIterable<ModelPart>,
  onText: (text: string) => void = () => {},
): Promise<CollectedText> {
  let text = ''
  let finish: Omit<CollectedText, 'text'> = { reason: 'other', usage: { input_tokens: null, output_tokens: null } }
  for await (const part of parts) {
    if (part.type === 'text') {
      text += part.text
      onText(part.text)
    } else if (part.type === 'finish') {
      finish = { reason: part.reason, usage: part.usage }
    }
  }
  return { text, ...finish }
}
