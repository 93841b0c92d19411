// Reads the project's guides, so that tests can follow them.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..', '..')

/** The pages whose blocks run: the front page, every guide, and the examples. */
export const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs', 'guides'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/guides/${name}`),
  'examples/help-desk/README.md',
]

/** What a newcomer follows: they run with every test. */
export const first_pages = ['README.md', 'docs/guides/quickstart.md']

/** All other pages. */
export const other_pages = pages.filter((page) => !first_pages.includes(page))

export interface CodeBlock {
  language: string
  /** The mark after the language of a fence, which only the tests read. */
  mark: string
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
  return [...markdown.matchAll(/^```(\w+)(?: ([^\n]*))?\n([^]*?)^```$/gm)].map(([, language, mark, text]) => ({
    language: language!,
    mark: mark ?? '',
    text: text!,
  }))
}

/** The rows of all tables on a page, without the lines under the headings; each cell is trimmed. */
export function tableRows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s:|-]+\|$/.test(line))
    .map((line) => line.slice(1, -1).split('|'))
    .map((cells) => cells.map((cell) => cell.trim()))
}

export const blocksOf = (page: string) => codeBlocks(readGuide(page))

/** A part of an agent's configuration, which is validated. */
export const isConfiguration = ({ language, mark }: CodeBlock) => language === 'json' && /^(config|tool)$/.test(mark)

/** The body of an operation, which is validated. */
export const isBody = ({ language, mark }: CodeBlock) => language === 'json' && mark.startsWith('body of ')

export const isLeftOut = ({ mark }: CodeBlock) => mark.startsWith('no-run:')

export const isRun = (block: CodeBlock) => !isConfiguration(block) && !isBody(block) && !isLeftOut(block)
