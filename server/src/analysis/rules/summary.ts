// The prompt for a summary, and the checks of the model's answer. Pure.
import type { ResolvedConfig } from '../../agents/rules/config.ts'
import type { ModelRequest } from '../../models/models.ts'
import type { ShownTranscript } from './transcript.ts'

export function summaryRequest(
  config: ResolvedConfig['analysis']['summary'],
  transcript: ShownTranscript,
): ModelRequest {
  const rules = [
    'You summarize a conversation between an end user and an agent.',
    transcript.rule,
    'Write only what the transcript says; add nothing and guess nothing.',
    `Write at most ${config.max_words} words of plain text, in the language of the end user.`,
    config.instructions,
  ]
  return {
    system: rules.filter((rule) => rule !== '' && rule !== null).join('\n'),
    messages: [{ role: 'user', text: `Transcript:\n${transcript.text}\n\nSummary:` }],
    tools: [],
  }
}

/** A model may not count well: a summary that exceeds the limit by half is cut off. */
export function boundSummary(text: string, max_words: number): string {
  const words = text.trim().split(/\s+/)
  const most = Math.ceil(max_words * 1.5)
  return words.length <= most ? text.trim() : `${words.slice(0, most).join(' ')} …`
}
