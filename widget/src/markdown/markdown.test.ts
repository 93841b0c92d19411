import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPictureAllowed, safeAddress } from './address.ts'
import { type Block, parseBlocks, splitBlocks } from './blocks.ts'
import { type Inline, parseInline } from './inline.ts'

const link = (href: string, ...content: Inline[]): Inline => ({ type: 'link', href, content })
const strong = (...content: Inline[]): Inline => ({ type: 'strong', content })
const em = (...content: Inline[]): Inline => ({ type: 'em', content })

/** What is read, without the marks. */
function textOf(nodes: readonly Inline[]): string {
  return nodes
    .map((node) =>
      typeof node === 'string' ? node : 'text' in node ? node.text : 'content' in node ? textOf(node.content) : '\n',
    )
    .join('')
}

describe('within a line', () => {
  test.each<[string, Inline[]]>([
    ['plain', ['plain']],
    ['**a** and *b* and ~~c~~', [strong('a'), ' and ', em('b'), ' and ', { type: 'del', content: ['c'] }]],
    ['***both***', [strong(em('both'))]],
    ['**a *b* c**', [strong('a ', em('b'), ' c')]],
    ['snake_case_name and _em_', ['snake_case_name and ', em('em')]],
    ['2 * 3 * 4', ['2 * 3 * 4']],
    ['**open', ['**', 'open']],
    ['a **', ['a **']],
    ['`a **b**`', [{ type: 'code', text: 'a **b**' }]],
    ['``a ` b``', [{ type: 'code', text: 'a ` b' }]],
    ['`open', ['`open']],
    ['\\*no\\*', ['*no*']],
    ['a\nb', ['a', { type: 'break' }, 'b']],
    ['[x](https://a.example/b)', [link('https://a.example/b', 'x')]],
    ['[x](https://a.example/b_(c) "t")', [link('https://a.example/b_(c)', 'x')]],
    ['![pic](https://a.example/p.png)', [link('https://a.example/p.png', 'pic')]],
    ['see https://a.example/b, please', ['see ', link('https://a.example/b', 'https://a.example/b'), ', please']],
    ['(https://a.example)', ['(', link('https://a.example/', 'https://a.example'), ')']],
    [
      '<mailto:a@b.example> <a@b.example>',
      [link('mailto:a@b.example', 'mailto:a@b.example'), ' ', link('mailto:a@b.example', 'a@b.example')],
    ],
    ['[call](tel:+4930123)', [link('tel:+4930123', 'call')]],
  ])('%j', (text, nodes) => {
    expect(parseInline(text)).toEqual(nodes)
  })

  test('a mark that is not closed yet is taken for closed while text is coming', () => {
    expect(parseInline('a **b', true)).toEqual(['a ', strong('b')])
    expect(parseInline('a **', true)).toEqual(['a **'])
  })
})

describe('hostile text', () => {
  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://a.example/1',
    '//evil.example',
    '/path',
    'https://user@evil.example',
    'https://a.example/\u202egnp.exe',
  ])('%j is no address', (address) => {
    expect(safeAddress(address)).toBeNull()
    const links = parseInline(`[x](${address})`).filter((node) => typeof node === 'object' && node.type === 'link')
    // What looks like an address of its own within it may be one.
    expect(links).toEqual(address.startsWith('blob:') ? [link('https://a.example/1', 'https://a.example/1')] : [])
  })

  test('HTML is text', () => {
    const html = '<img src=x onerror=alert(1)><script>alert(1)</script>'
    expect(parseInline(html)).toEqual([html])
    expect(parseBlocks(html)).toEqual([{ type: 'paragraph', text: html }])
  })

  test('nothing reorders what stands around it', () => {
    expect(parseBlocks('a\u202eb\u2066c')).toEqual([{ type: 'paragraph', text: 'abc' }])
  })

  test('a link holds no link', () => {
    const [outer] = parseInline('[a [b](https://b.example) c](https://a.example)')
    expect(outer).toBe('[')
    const within = (nodes: readonly Inline[], isInLink = false): boolean =>
      nodes.every(
        (node) =>
          typeof node === 'string' ||
          !('content' in node) ||
          ((node.type !== 'link' || !isInLink) && within(node.content, isInLink || node.type === 'link')),
      )
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('[', ']', '(https://a.example)', '*', 'x', '<https://b.example>', ' https://c.example '),
        ),
        (parts) => within(parseInline(parts.join(''))),
      ),
    )
  })

  test('pictures only of the hosts that are allowed', () => {
    expect(isPictureAllowed('https://cdn.example/a.png', ['cdn.example'])).toBe(true)
    expect(isPictureAllowed('https://a.cdn.example/a.png', ['*.cdn.example'])).toBe(true)
    expect(isPictureAllowed('https://evil.example/a.png', ['cdn.example'])).toBe(false)
    expect(isPictureAllowed('http://cdn.example/a.png', ['*'])).toBe(false)
    expect(isPictureAllowed('https://evil.example/cdn.example', ['cdn.example'])).toBe(false)
  })

  const size = 100_000
  test.each<[string, string]>([
    ['lists', '- '.repeat(size)],
    ['lists, deeper each line', Array.from({ length: 600 }, (_none, depth) => `${'  '.repeat(depth)}- x`).join('\n')],
    ['quotes', '>'.repeat(size)],
    ['emphasis', '*a_'.repeat(size / 3)],
    ['stars', '*'.repeat(size)],
    ['stars and spaces', '* a **b '.repeat(size / 8)],
    ['brackets', '['.repeat(size)],
    ['almost links', ']('.repeat(size / 2)],
    ['links', '[a](b'.repeat(size / 5)],
    ['angles', '<'.repeat(size)],
    ['addresses', 'http://'.repeat(size / 7)],
    ['addresses with brackets', `https://a.example/${')'.repeat(size)}`],
    ['backticks of every length', Array.from({ length: 440 }, (_none, length) => '`'.repeat(length)).join(' ')],
    ['tables', `${'|a'.repeat(size / 4)}\n${'|-'.repeat(size / 4)}\n`],
    ['spaces', `a${' '.repeat(size)}b`],
    ['headings', `# ${'#'.repeat(size)}x`],
    ['lines', 'a\n'.repeat(size / 2)],
    ['tabs', `a${'\t'.repeat(size)}b`],
    ['escapes', '\\'.repeat(size)],
  ])('%s: a hundred thousand characters are read in linear time', (_name, text) => {
    const count = (blocks: readonly Block[]): number =>
      blocks.reduce((sum, block) => {
        if (block.type === 'list') return sum + block.items.reduce((all, each) => all + count(each), 1)
        if (block.type === 'quote') return sum + count(block.content)
        if (block.type === 'paragraph' || block.type === 'heading') return sum + parseInline(block.text).length
        return sum + 1
      }, 0)
    const before = performance.now()
    splitBlocks(text)
    expect(count(parseBlocks(text))).toBeGreaterThan(0)
    // A tenth of this on an idle machine; what is not linear takes minutes.
    expect(performance.now() - before).toBeLessThan(3000)
  })

  test('a run of backticks of which the first is escaped', () => {
    expect(parseInline('\\```x``')).toEqual(['`', { type: 'code', text: 'x' }])
    expect(parseInline('\\``x')).toEqual(['``x'])
  })

  test('whatever comes, its text is shown and nothing is deep', () => {
    const parts = fc.constantFrom(
      '**',
      '*',
      '_',
      '`',
      '~~',
      '[',
      '](https://a.example)',
      '\\',
      'x',
      ' ',
      '\n',
      '<',
      'https://b.example ',
    )
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 200 }), fc.boolean(), (all, isOpenEnded) => {
        const depth = (nodes: readonly Inline[]): number =>
          Math.max(
            0,
            ...nodes.map((node) => (typeof node === 'object' && 'content' in node ? 1 + depth(node.content) : 0)),
          )
        const nodes = parseInline(all.join(''), isOpenEnded)
        expect(depth(nodes)).toBeLessThanOrEqual(17)
        const letters = (text: string) => text.replace(/[^x]/g, '').length
        expect(letters(textOf(nodes))).toBeGreaterThanOrEqual(letters(all.filter((part) => part === 'x').join('')))
      }),
    )
  })
})

describe('blocks', () => {
  test('of every kind', () => {
    const text = [
      '# Title #',
      'Some',
      'text',
      '',
      '- a',
      '- b',
      '  1. c',
      '',
      '> quoted',
      '',
      '```js',
      '- no list',
      '```',
      '',
      '| a | b |',
      '|---|:-:|',
      '| 1 | x\\|y |',
      '',
      '---',
    ].join('\n')
    expect(parseBlocks(text)).toEqual([
      { type: 'heading', level: 1, text: 'Title' },
      { type: 'paragraph', text: 'Some\ntext' },
      {
        type: 'list',
        start: null,
        items: [
          [{ type: 'paragraph', text: 'a' }],
          [
            { type: 'paragraph', text: 'b' },
            { type: 'list', start: 1, items: [[{ type: 'paragraph', text: 'c' }]] },
          ],
        ],
      },
      { type: 'quote', content: [{ type: 'paragraph', text: 'quoted' }] },
      { type: 'code', text: '- no list' },
      { type: 'table', head: ['a', 'b'], rows: [['1', 'x|y']] },
      { type: 'rule' },
    ])
  })

  test('a list keeps its number, and its paragraphs', () => {
    expect(parseBlocks('3. a\n\n   more\n4. b')).toEqual([
      {
        type: 'list',
        start: 3,
        items: [
          [
            { type: 'paragraph', text: 'a' },
            { type: 'paragraph', text: 'more' },
          ],
          [{ type: 'paragraph', text: 'b' }],
        ],
      },
    ])
  })

  test('each block by itself gives the same as all together', () => {
    const line = fc.constantFrom(
      '',
      '- a',
      '  - b',
      '1. c',
      '> q',
      '# h',
      '```',
      'text',
      '    code',
      '|a|b|',
      '|-|-|',
      '---',
      '* * *',
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text = lines.join('\n')
        expect(splitBlocks(text).flatMap(parseBlocks)).toEqual(parseBlocks(text))
      }),
    )
  })
})
