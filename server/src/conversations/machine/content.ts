// The content of a message, part by part, and what is stored of it. Pure.

/** Who wrote a message, if its role does not say it. */
export type { MessageAuthor } from '@parley/contract'

export type ContentPart =
  | { type: 'text'; text: string }
  | { type: 'audio'; blob_id: string | null; transcript: string; duration_ms: number }
  /** `text`: what was extracted from it; null: nothing. */
  | { type: 'file'; blob_id: string; name: string; media_type: string; bytes: number; text: string | null }

export function textContent(text: string): ContentPart[] {
  return [{ type: 'text', text }]
}

/** The text of each part, for clients and models that take nothing else. */
export function textsOf(content: readonly ContentPart[]): string[] {
  return content.map((part) => {
    switch (part.type) {
      case 'text':
        return part.text
      case 'audio':
        return part.transcript
      case 'file':
        return part.text ?? part.name
    }
  })
}

/** What is stored beside the texts; null if there is nothing else. */
export function partsOf(content: ContentPart[]): ContentPart[] | null {
  return content.every(({ type }) => type === 'text') ? null : content
}
