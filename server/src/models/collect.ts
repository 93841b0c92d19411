// Collects a model's stream: the plain answer is the collected stream.
import { type FinishReason, ModelError, type ModelPart, type ModelUsage, notReported } from './port.ts'

/** Per answer; twice the longest that any model gives. */
const max_text_characters = 1_048_576

export interface ModelAnswer {
  text: string
  /** `arguments` as the model wrote them. */
  calls: { name: string; arguments: string }[]
  reason: FinishReason
  usage: ModelUsage
  /** The one that answered, as `provider/model`; null: the model that was called, which has no fallbacks. */
  model: string | null
}

/** Throws a `ModelError` for an endless answer; leaving the loop ends the call. */
export async function collectAnswer(
  parts: AsyncIterable<ModelPart>,
  onText: (text: string) => void = () => {},
): Promise<ModelAnswer> {
  const answer: ModelAnswer = {
    text: '',
    calls: [],
    reason: 'other',
    usage: notReported,
    model: null,
  }
  for await (const part of parts) {
    switch (part.type) {
      case 'text':
        if (answer.text.length + part.text.length > max_text_characters) throw new ModelError(...endless)
        answer.text += part.text
        onText(part.text)
        break
      case 'tool_call':
        answer.calls.push({ name: part.name, arguments: part.arguments })
        break
      case 'finish':
        answer.reason = part.reason
        answer.usage = part.usage
        answer.model = part.model ?? null
    }
  }
  return answer
}

const endless = ['protocol', 'any', null, `The model's answer exceeds ${max_text_characters} characters.`] as const
