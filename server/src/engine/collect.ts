// Collects a model's stream: the plain answer is nothing but the collected stream.
import type { FinishReason, ModelPart, ModelUsage } from './models/port.ts'

export interface ModelAnswer {
  text: string
  /** `arguments` as the model wrote them. */
  calls: { name: string; arguments: string }[]
  reason: FinishReason
  usage: ModelUsage
}

export async function collectAnswer(
  parts: AsyncIterable<ModelPart>,
  onText: (text: string) => void = () => {},
): Promise<ModelAnswer> {
  const answer: ModelAnswer = {
    text: '',
    calls: [],
    reason: 'other',
    usage: { input_tokens: null, output_tokens: null },
  }
  for await (const part of parts) {
    switch (part.type) {
      case 'text':
        answer.text += part.text
        onText(part.text)
        break
      case 'tool_call':
        answer.calls.push({ name: part.name, arguments: part.arguments })
        break
      case 'finish':
        answer.reason = part.reason
        answer.usage = part.usage
    }
  }
  return answer
}
