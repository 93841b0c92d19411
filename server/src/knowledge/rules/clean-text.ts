// Removes from a text what readers cannot see: it could hide instructions from people, and words from a search. Pure.

/**
 * Without control characters except line breaks and tabs, without bidirectional marks, zero-width characters, soft hyphens, variation
 * selectors, tags, and halves of characters. What separates lines becomes `\n`. Queries pass through it too, so that they equal the text.
 */
export function cleanText(text: string): string {
  return text.replaceAll(lineBreaks, '\n').replaceAll(unseen, '')
}

const lineBreaks = /\r\n?|[\v\f\u0085\u2028\u2029]/g
const unseen = /(?![\n\t])[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffb\ufffe\uffff]/gu
