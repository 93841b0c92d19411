// From the elements of a document to Markdown: links of the web and of mail, pictures as their descriptions, every table as a table.
import type { DomElement } from './dom.ts'
// Of its entries the one without a parser, which takes long to load.
import TurndownService from 'turndown/lib/turndown.browser.cjs.js'

/** The attribute with a heading’s level: libraries change its name. */
export const level = 'data-level'
/** Characters that no text keeps. */
const end_of_cell = '\u0000'
const end_of_row = '\u0001'

/** `base`: what links are relative to. */
export function toMarkdown(root: DomElement, base: string | null): string {
  const service = new TurndownService({
    headingStyle: 'atx',
    hr: '---',
    bulletListMarker: '-',
    codeBlockStyle: 'fenced',
    emDelimiter: '*',
  })
  service.escape = escapeBlocks
  service.addRule('heading', {
    filter: ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
    replacement: (content, node) => renderHeading(content, node as unknown as DomElement),
  })
  const counts = new Map<unknown, number>()
  service.addRule('item', {
    filter: 'li',
    replacement: (content, node) => renderItem(content, node as unknown as DomElement, counts),
  })
  service.addRule('code', {
    filter: 'pre',
    replacement: (_content, node) => renderCode(node as unknown as DomElement),
  })
  service.addRule('picture', { filter: 'img', replacement: (_content, node) => descriptionOf(node as DomElement) })
  service.addRule('link', {
    filter: 'a',
    replacement: (content, node) => renderLink(content, (node as DomElement).getAttribute('href'), base),
  })
  service.addRule('struck', { filter: ['del', 's'], replacement: (content) => `~~${content}~~` })
  service.addRule('cell', { filter: ['td', 'th'], replacement: (content) => `${flatten(content)}${end_of_cell}` })
  service.addRule('row', { filter: 'tr', replacement: (content) => `${content}${end_of_row}` })
  service.addRule('rows', { filter: ['thead', 'tbody', 'tfoot'], replacement: (content) => content })
  service.addRule('caption', { filter: 'caption', replacement: (content) => `\n\n${content}\n\n` })
  service.addRule('table', { filter: 'table', replacement: renderTable })
  service.remove(['script', 'style', 'noscript', 'template', 'title', 'head'] as never)
  return service
    .turndown(root as never)
    .replaceAll(/(?<![ \t])[ \t]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

/** Text that would begin a block; marks within a line are left as people wrote them. */
function escapeBlocks(text: string): string {
  return text.replace(/^(#{1,6}\s|[-+*]\s|>|={2,}|-{3,}|`{3,}|~{3,})/, '\\$1').replace(/^(\d{1,9})([.)]\s)/, '$1\\$2')
}

function renderHeading(content: string, heading: DomElement): string {
  const depth = Number(heading.getAttribute(level) ?? heading.nodeName.slice(1))
  const title = content.replaceAll(/\s+/g, ' ').trim()
  return title === '' ? '' : `\n\n${'#'.repeat(depth)} ${title}\n\n`
}

/** `counts`: how many items of each list there were before. */
function renderItem(content: string, { parentNode: list }: DomElement, counts: Map<unknown, number>): string {
  const before = counts.get(list) ?? 0
  counts.set(list, before + 1)
  const first = Number((list as DomElement | null)?.getAttribute?.('start') ?? 1)
  const mark = list?.nodeName === 'OL' ? `${(Number.isInteger(first) ? first : 1) + before}. ` : '- '
  return `${mark}${content.trim().replaceAll('\n', `\n${' '.repeat(mark.length)}`)}\n`
}

/** Also without an element `code` in it. */
function renderCode(block: DomElement): string {
  const code = (block.textContent ?? '').replace(/^\n/, '').trimEnd()
  if (code.trim() === '') return ''
  const name = [block, block.querySelector('code')].map((element) => element?.getAttribute('class') ?? '').join(' ')
  const language = /(?:^|\s)lang(?:uage)?-([\w+#-]{1,30})/.exec(name)?.[1] ?? ''
  let fence = '```'
  for (const [, inner] of code.matchAll(/^ *(`{3,})/gm)) if (inner!.length >= fence.length) fence = `${inner}\``
  return `\n\n${fence}${language}\n${code}\n${fence}\n\n`
}

function descriptionOf(image: DomElement): string {
  return (image.getAttribute('alt') ?? '').replaceAll(/\s+/g, ' ').trim()
}

function renderLink(content: string, href: string | null, base: string | null): string {
  const text = content.trim()
  if (href === null || text === '') return content
  const target = URL.parse(href.trim(), base ?? undefined)
  if (target === null || !['http:', 'https:', 'mailto:'].includes(target.protocol)) return content
  // Within the page a link says nothing.
  if (base !== null && target.hash !== '' && target.href.split('#')[0] === base.split('#')[0]) return content
  const address = target.href.replaceAll('(', '%28').replaceAll(')', '%29')
  return `[${text.replaceAll(/\s+/g, ' ')}](${address})`
}

const flatten = (content: string) =>
  content
    .replaceAll(end_of_cell, ' ')
    .replaceAll(end_of_row, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/(?<!\\)\|/g, '\\|')

/** A cell that holds a table has its text only. */
function renderTable(content: string): string {
  const [before, ...rest] = content.split(/(?=\n\n)/).filter((part) => part.trim() !== '')
  const isCaption = before !== undefined && rest.length > 0 && !before.includes(end_of_row)
  const rows = (isCaption ? rest.join('') : content)
    .split(end_of_row)
    .map((row) =>
      row
        .split(end_of_cell)
        .slice(0, -1)
        .map((cell) => cell.trim()),
    )
    .filter((row) => row.some((cell) => cell !== ''))
  const width = rows.reduce((widest, row) => Math.max(widest, row.length), 0)
  if (width === 0) return content
  // A table of one column lays a page out.
  if (width === 1) return `\n\n${rows.map(([cell]) => cell!.replaceAll('\\|', '|')).join('\n\n')}\n\n`
  const line = (cells: readonly string[]) =>
    `| ${Array.from({ length: width }, (_, at) => cells[at] ?? '').join(' | ')} |`
  const [header, ...body] = rows
  const lines = [line(header!), line(Array.from({ length: width }, () => '---')), ...body.map(line)]
  return `${isCaption ? `\n\n${before.trim()}` : ''}\n\n${lines.join('\n')}\n\n`
}
