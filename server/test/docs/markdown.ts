// Reads the project's own guides, so that tests can do what they tell.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..', '..')

export interface CodeBlock {
  language: string
  text: string
}

export function readGuide(name: string): string {
  return readFileSync(join(root, name), 'utf8')
}

/** The text from one heading of the second level to the next. */
export function sectionOf(guide: string, heading: string): string {
  const [, section] = guide.split(`\n## ${heading}\n`)
  if (section === undefined) throw new Error(`there is no section "${heading}"`)
  return section.split('\n## ')[0]!
}

export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
    language: language!,
    text: text!,
  }))
}
