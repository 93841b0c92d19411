// The blocks of a text, compared with those of a complete Markdown parser.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { gfmTable } from 'micromark-extension-gfm-table'
import { expect, test } from 'vitest'
import { readBlocks } from './read-blocks.ts'

const root = join(import.meta.dirname, '../../../..')
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root })

/** Headings, code, tables and items, by where they are. */
function readOurs(text: string): string[] {
  return [...readBlocks(text)]
    .filter(({ kind }) => kind !== 'text')
    .map((block) => {
      const name = block.kind === 'heading' ? `heading ${block.depth}` : block.kind
      return `${name} ${block.start} ${text.slice(0, block.end).trimEnd().length}`
    })
}

function readTheirs(text: string): string[] {
  const extensions = { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] }
  return fromMarkdown(text, extensions)
    .children.flatMap((node) => (node.type === 'list' ? node.children : [node]))
    .filter(({ type }) => ['heading', 'code', 'table', 'listItem'].includes(type))
    .map((node) => {
      const name = node.type === 'heading' ? `heading ${node.depth}` : node.type === 'listItem' ? 'item' : node.type
      const { start, end } = node.position!
      const line = text.lastIndexOf('\n', start.offset! - 1) + 1
      return `${name} ${start.offset === 0 ? 0 : line} ${text.slice(0, end.offset).trimEnd().length}`
    })
}

test.for(pages)('%s has the blocks that a complete parser finds', (path) => {
  const text = readFileSync(join(root, path), 'utf8')
  expect(readOurs(text)).toEqual(readTheirs(text))
})

const words = fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8}){0,4}$/)
const block = fc.oneof(
  words,
  fc.tuple(words, words).map((lines) => lines.join('\n')),
  fc.tuple(fc.integer({ min: 1, max: 6 }), words).map(([depth, title]) => `${'#'.repeat(depth)} ${title}`),
  words.map((title) => `${title}\n=====`),
  words.map((code) => `~~~~ts\n# ${code}\n~~~\n\n- a\n~~~~`),
  words.map((code) => `\`\`\`\n${code}\n\n| a |\n|---|\n\`\`\``),
  fc.tuple(words, words).map(([name, cell]) => `| ${name} | b |\n|---|:-:|\n| ${cell} | c |`),
  fc.tuple(words, words).map(([first, second]) => `- ${first}\n  more\n\n  # inside\n- ${second}`),
  fc.tuple(words, words).map(([first, second]) => `1. ${first}\n2. \`\`\`\n   # ${second}\n   \`\`\``),
  words.map((quote) => `> ${quote}\n> # quoted`),
  fc.constantFrom('---', '***', '<!-- # hidden\n\n# more -->', '<pre>\n# raw\n\n# raw\n</pre>'),
)

test('any mixture of blocks is read as a complete parser does', () => {
  fc.assert(
    fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
      // What follows a list at its margin is never a part of it.
      const text = blocks.join('\n\n')
      expect(readOurs(text)).toEqual(readTheirs(text))
    }),
    { numRuns: 1000 },
  )
})

test('fields before the text are no heading', () => {
  const [fields, heading] = readBlocks('---\ntitle: A\nauthor: B\n---\n# Title')
  expect(fields).toMatchObject({ kind: 'text', start: 0 })
  expect(heading).toMatchObject({ kind: 'heading', depth: 1, title: 'Title' })
  expect([...readBlocks('---\n\n# Title\n\n---')].map(({ kind }) => kind)).toEqual(['text', 'heading', 'text'])
})

test('comments that nothing closes are read once, however many items have one', () => {
  const text = '- <!-- x\n'.repeat(200_000)
  const before = process.cpuUsage()
  let comments = 0
  for (const item of readBlocks(text)) {
    if (item.kind !== 'item') throw new Error(item.kind)
    comments += [...readBlocks(text, item.start + 2, item.end, item.inner)].length
  }
  expect(comments).toBe(200_000)
  // Each looked for to the end of the text, they take minutes.
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(10_000)
})

test('titles have no marks', () => {
  const titles = [
    '# **Bold** `code` #',
    '## [A link](https://a.test)\\!',
    'Two\nlines\n---',
    `# ${'long '.repeat(100)}`,
  ]
  const read = [...readBlocks(titles.join('\n\n'))].map((found) =>
    found.kind === 'heading' ? found.title : found.kind,
  )
  expect(read.slice(0, 3)).toEqual(['Bold code', 'A link!', 'Two lines'])
  expect(read[3]!.length).toBeLessThanOrEqual(200)
})
