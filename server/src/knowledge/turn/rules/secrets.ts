// Removes an organization's secrets from passages: a document can quote one, and a model repeats what it reads. Pure.
import type { Redactor } from '../../../secrets/rules/redact.ts'

interface Told {
  source_name: string
  url: string | null
  heading_path: string[]
  /** Null: it is not shown. */
  text: string | null
}

/** All texts are searched as one, so that their number costs nothing. */
export function hideSecrets<Passage extends Told>(passages: readonly Passage[], redactor: Redactor): Passage[] {
  const texts = passages.map(({ source_name, url, text, heading_path }) => [source_name, url, text, ...heading_path])
  const redacted: unknown = redactor.redactValue(texts)
  // One text instead of all: a secret could not be located in them.
  const isOne = typeof redacted === 'string'
  return passages.map((passage, at) => {
    const own = isOne ? texts[at]!.map((text) => text && redacted) : (redacted as (string | null)[][])[at]!
    const [source_name, url, text, ...heading_path] = own
    return { ...passage, ...({ source_name, url, text, heading_path } as Told) }
  })
}
