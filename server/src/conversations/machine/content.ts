// What a message says, part by part, and what is stored of that. Pure.

export type ContentPart =
  | { type: 'text'; text: string }
  | { type: 'audio'; blob_id: string | null; transcript: string; duration_ms: number }
  /** `text`: what was read out of it; null: nothing. */
  | { type: 'file'; blob_id: string; name: string; media_type: string; bytes: number; text: string | null }

/** Who wrote a message, where its role does not say it. */
export interface MessageAuthor {
  id: string | null
  name: string | null
}

export function textContent(text: string): ContentPart[] {
  return [{ type: 'text', text }]
}

/** What each part says in words: for clients and models that take nothing else. */
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

/** What is stored beside the texts: null where they are all there is. */
export function partsOf(content: ContentPart[]): ContentPart[] | null {
  return content.every(({ type }) => type === 'text') ? null : content
}

/** Decided at the birth of a conversation, and read with its lock. */
export interface Redaction {
  kinds: RedactedKind[]
}

export type RedactedKind = 'email_address' | 'card_number'
