// Who wrote a message, in words. Pure.
import type { TranscriptItem } from '@parley/contract'
import { transcriptTexts as words } from './texts.ts'

export function nameOfAuthor({ role, author }: Pick<TranscriptItem, 'role' | 'author'>): string {
  if (role === 'system') return words.system
  if (role !== 'assistant') return words.endUser
  if (author?.type === 'user') return author.name ?? words.person
  return author?.type === 'system' ? words.automatic : words.agent
}
