// From the elements of a document to Markdown: links of the web and of mail, pictures as their descriptions, every table as a table.
import type { DomElement } from './dom.ts'
import TurndownService from 'turndown'

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
    .turndown(root as unknown as DomElement)
    .replaceAll(/[ \t]+$/gm, '')
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
  return `[${text.replaceAll(/\s*\n\s*/g, ' ')}](${address})`
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
  const width = Math.max(0, ...rows.map((row) => row.length))
  if (width === 0) return content
  // A table of one column lays a page out.
  if (width === 1) return `\n\n${rows.map(([cell]) => cell!.replaceAll('\\|', '|')).join('\n\n')}\n\n`
  const line = (cells: readonly string[]) =>
    `| ${Array.from({ length: width }, (_, at) => cells[at] ?? '').join(' | ')} |`
  const [header, ...body] = rows
  const lines = [line(header!), line(Array.from({ length: width }, () => '---')), ...body.map(line)]
  return `${isCaption ? `\n\n${before.trim()}` : ''}\n\n${lines.join('\n')}\n\n`
}
