import type { ChunkingStrategy } from '@parley/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutText } from './cut-text.ts'
import { readBlocks } from './read-blocks.ts'

const cut = (text: string, strategy: Partial<ChunkingStrategy> = {}, page_starts: number[] | null = null) => [
  ...cutText(text, page_starts, { method: 'fixed_size', chunk_size: 100, chunk_overlap: 0, ...strategy }),
]
const contents = (...args: Parameters<typeof cut>) => cut(...args).map(({ content }) => content)
const byStructure = (text: string, strategy: Partial<ChunkingStrategy> = {}) =>
  cut(text, { method: 'structure_based', ...strategy })
const solid = (text: string) => text.replaceAll(/\s+/g, '')
const words = (count: number, word = 'word') => Array.from({ length: count }, (_, at) => `${word}${at}`).join(' ')

describe('fixed_size', () => {
  test('cuts at white space in the last tenth, else at the size', () => {
    expect(contents(`${'a'.repeat(95)} ${'b'.repeat(50)}`)).toEqual(['a'.repeat(95), 'b'.repeat(50)])
    expect(contents(`${'a'.repeat(100)} b`)).toEqual(['a'.repeat(100), 'b'])
    expect(contents(`${'a'.repeat(80)} ${'b'.repeat(50)}`)).toEqual([
      `${'a'.repeat(80)} ${'b'.repeat(19)}`,
      'b'.repeat(31),
    ])
  })

  test('repeats at most the overlap, from a word on', () => {
    const [first, second] = contents(words(30), { chunk_overlap: 40 })
    const repeated = second!.slice(0, first!.length - first!.indexOf(second!.slice(0, 6)))
    expect(first!.endsWith(repeated)).toBe(true)
    expect(repeated.length).toBeGreaterThan(35)
    expect(repeated.length).toBeLessThanOrEqual(40)
    expect(repeated).toMatch(/^word/)
    expect(contents('a'.repeat(150), { chunk_overlap: 50 })).toEqual(['a'.repeat(100), 'a'.repeat(100)])
  })

  test('knows headings and pages', () => {
    const text = `# One\n\n${words(20)}\n\n## Two\n\n${words(40, 'other')}`
    const chunks = cut(text, {}, [0, text.indexOf('## Two')])
    expect(chunks[0]).toMatchObject({ heading_path: ['One'], page: 1 })
    expect(chunks.at(-1)).toMatchObject({ heading_path: ['One', 'Two'], page: 2 })
    expect(cut('text')[0]!.page).toBeNull()
  })

  test('nothing but white space is no chunk', () => expect(contents(' \n\t'.repeat(1000))).toEqual([]))
})

describe('structure_based', () => {
  test('a heading begins a chunk and stays with what follows', () => {
    const chunks = byStructure('# Manual\n\n## Refunds\n\nIn 30 days.\n\n## Shipping\n\nFree.\n\n# Legal\nNone.')
    expect(chunks.map(({ content, heading_path }) => [content, ...heading_path])).toEqual([
      ['# Manual\n\n## Refunds\n\nIn 30 days.', 'Manual', 'Refunds'],
      ['## Shipping\n\nFree.', 'Manual', 'Shipping'],
      ['# Legal\nNone.', 'Legal'],
    ])
  })

  test('a table repeats its header', () => {
    const rows = Array.from({ length: 12 }, (_, row) => `| item ${row} | ${row}.00 |`)
    const chunks = byStructure(['| Name | Price |', '| --- | --- |', ...rows].join('\n'))
    expect(chunks.length).toBeGreaterThan(2)
    for (const { content } of chunks) expect(content).toMatch(/^\| Name \| Price \|\n\| --- \| --- \|\n\| item /)
    expect(chunks.flatMap(({ content }) => content.split('\n').slice(2))).toEqual(rows)
  })

  test('code is cut only where it alone is too long, at lines, and keeps its fences', () => {
    const code = `\`\`\`ts\n${words(8, 'const')}\n\`\`\``
    expect(code.length).toBeLessThan(100)
    expect(byStructure(`${words(8)}\n\n${code}`).map(({ content }) => content)).toEqual([words(8), code])
    const lines = Array.from({ length: 20 }, (_, line) => `const line_${line} = 1`)
    const chunks = byStructure(`\`\`\`ts\n${lines.join('\n')}\n\`\`\``)
    for (const { content } of chunks) expect(content).toMatch(/^```ts\nconst [^]*1\n```$/)
    expect(chunks.flatMap(({ content }) => content.split('\n').slice(1, -1))).toEqual(lines)
  })

  test('a list is cut between items, a long item between its parts', () => {
    const items = Array.from({ length: 9 }, (_, item) => `- ${words(4, `item${item}x`)}`)
    const chunks = byStructure(items.join('\n'))
    expect(chunks.flatMap(({ content }) => content.split('\n'))).toEqual(items)
    const [first, second] = byStructure(`1. ${words(12)}\n\n   ${words(12, 'more')}`)
    expect(first!.content).toBe(`1. ${words(12)}`)
    expect(second!.content).toBe(`   ${words(12, 'more')}`)
  })

  test('a long paragraph is cut after a sentence', () => {
    const [first] = byStructure(`${'It is long. '.repeat(7)}${words(20)}`)
    expect(first!.content).toBe('It is long. '.repeat(7).trim())
  })

  test('the overlap stays in its section', () => {
    const chunks = byStructure(`# A\n\n${words(30)}\n\n# B\n\n${words(3)}`, { chunk_overlap: 30 })
    const [first, second] = chunks.map(({ content }) => content)
    const repeated = second!.slice(0, 20)
    expect(first).toContain(repeated)
    expect(chunks.at(-1)!.content).toBe(`# B\n\n${words(3)}`)
  })
})

const strategy = fc
  .record({
    method: fc.constantFrom('fixed_size' as const, 'structure_based' as const),
    chunk_size: fc.integer({ min: 100, max: 400 }),
    overlap: fc.double({ min: 0, max: 0.5, noNaN: true }),
  })
  .map(({ overlap, ...rest }) => ({ ...rest, chunk_overlap: Math.floor(rest.chunk_size * overlap) }))

const grapheme = fc.constantFrom('e\u0301', '👨‍👩‍👧‍👦', '🇩🇪', '漢', 'ß', 'a', ' ', ' \u0301', '\n', '. ', 'क्षि', '각', '\r\n')
const prose = fc.oneof(
  fc.array(fc.oneof(grapheme, fc.stringMatching(/^[a-z]{1,9} $/)), { maxLength: 200 }).map((all) => all.join('')),
  fc.array(grapheme, { minLength: 100, maxLength: 200 }).map((all) => all.filter((each) => !/\s/.test(each)).join('')),
)
const line = fc.stringMatching(/^[a-z]{1,9}( [a-z]{1,9}){0,8}$/)
const document = fc
  .array(
    fc.oneof(
      prose,
      line.map((title) => `# ${title}`),
      fc
        .array(line, { minLength: 1, maxLength: 30 })
        .map((rows) => `| a |\n|---|\n${rows.map((row) => `| ${row} |`).join('\n')}`),
      fc.array(line, { minLength: 1, maxLength: 30 }).map((lines) => `\`\`\`ts\n${lines.join('\n')}\n\`\`\``),
      fc
        .array(line, { minLength: 1, maxLength: 9 })
        .map((items) => items.map((item) => `- ${item}\n\n  ${item}`).join('\n')),
    ),
    { maxLength: 8 },
  )
  .map((blocks) => blocks.join('\n\n'))

const graphemesOf = (text: string) =>
  [...new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)]
    .map(({ segment }) => segment.trim())
    .filter(Boolean)

describe('any text, any strategy', () => {
  test('no chunk is empty or longer than its size', () => {
    fc.assert(
      fc.property(document, strategy, (text, chunking) => {
        for (const { content } of cutText(text, null, chunking)) {
          expect(content.trim()).not.toBe('')
          expect(content.length).toBeLessThanOrEqual(chunking.chunk_size)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('nothing is lost, added or cut within a grapheme', () => {
    fc.assert(
      fc.property(
        fc.array(prose).map((all) => all.join('\n\n')),
        strategy,
        (text, { method, chunk_size }) => {
          const chunks = cut(text, { method, chunk_size })
          expect(chunks.flatMap(({ content }) => graphemesOf(content))).toEqual(graphemesOf(text))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('only headers and fences are added, and with an overlap still nothing is lost', () => {
    fc.assert(
      fc.property(document, strategy, (text, chunking) => {
        const all = solid([...cutText(text, null, chunking)].map(({ content }) => content).join('\n'))
        let at = 0
        for (const character of solid(text)) {
          at = all.indexOf(character, at) + 1
          expect(at).toBeGreaterThan(0)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('code that fits is whole in one chunk', () => {
    fc.assert(
      fc.property(document, strategy, (text, { chunk_size, chunk_overlap }) => {
        const chunks = contents(text, { method: 'structure_based', chunk_size, chunk_overlap })
        for (const { kind, start, end } of readBlocks(text)) {
          if (kind !== 'code' || end - start > chunk_size) continue
          expect(chunks.some((content) => content.includes(text.slice(start, end).trimEnd()))).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })
})
