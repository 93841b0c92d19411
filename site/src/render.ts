// Makes a page of Markdown into HTML, and into the sections that the search finds.
import GithubSlugger from 'github-slugger'
import { Marked, type Token, type Tokens } from 'marked'
import type { Highlight } from './highlight.ts'
import { escapeHtml } from './html.ts'
import type { FindTarget } from './links.ts'
import type { Page } from './pages.ts'

export interface Heading {
  depth: number
  text: string
  anchor: string
}

export interface Section {
  heading: string
  /** Empty for what stands before the first heading of the second level. */
  anchor: string
  text: string
}

export interface Rendered {
  html: string
  headings: Heading[]
  sections: Section[]
}

export function renderPage(page: Page, highlight: Highlight, find: FindTarget): Rendered {
  const headings: Heading[] = []
  // As on GitHub, so that links work in both places.
  const anchors = new GithubSlugger()
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const html = this.parser.parseInline(tokens)
        const text = plainText(tokens)
        const anchor = anchors.slug(text)
        headings.push({ depth, text, anchor })
        if (depth === 1) return `<h1 id="${anchor}">${html}</h1>\n`
        return `<h${depth} id="${anchor}"><a href="#${anchor}">${html}</a></h${depth}>\n`
      },
      code({ text, lang = '' }) {
        return `<pre tabindex="0"><code>${highlight(text, lang.split(' ')[0]!)}\n</code></pre>\n`
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens)
        const target = find(page, href)
        if (target.kind !== 'file') return `<a href="${escapeHtml(target.href)}">${inner}</a>`
        return `<span class="file" title="${escapeHtml(target.path)} in the repository">${inner}</span>`
      },
      image({ href, text }) {
        return `<img ${srcOf(page, 'src', href, find)} alt="${escapeHtml(text)}" loading="lazy">`
      },
      html({ text }) {
        if (/^<!--[^]*-->\s*$/.test(text)) return ''
        const shown = text.replaceAll(/\b(src|srcset)="([^"]+)"/g, (_, name: string, value: string) =>
          srcOf(page, name, value, find),
        )
        return shown.replaceAll('<img ', '<img loading="lazy" ')
      },
      table(token) {
        const head = token.header.map((cell) => `<th>${this.parser.parseInline(cell.tokens)}</th>`).join('')
        const rows = token.rows.map(
          (row) => `<tr>${row.map((cell) => `<td>${this.parser.parseInline(cell.tokens)}</td>`).join('')}</tr>`,
        )
        const isEmpty = token.header.every(({ text }) => text === '')
        const top = isEmpty ? '' : `<thead><tr>${head}</tr></thead>`
        return `<div class="wide" tabindex="0"><table>${top}<tbody>${rows.join('\n')}</tbody></table></div>\n`
      },
    },
  })
  const tokens = marked.lexer(page.markdown)
  const html = marked.parser(tokens)
  return { html, headings, sections: cutSections(tokens, headings) }
}

/** With the size, so that nothing moves when the picture arrives. */
function srcOf(page: Page, name: string, value: string, find: FindTarget): string {
  const target = find(page, value)
  if (target.kind !== 'picture') throw new Error(`${page.file} shows ${value}, which is no picture of the site`)
  const size = name === 'src' ? ` width="${target.width}" height="${target.height}"` : ''
  return `${name}="${escapeHtml(target.href)}"${size}`
}

function cutSections(tokens: readonly Token[], headings: readonly Heading[]): Section[] {
  const sections: Section[] = []
  const left = [...headings]
  for (const token of tokens) {
    if (token.type === 'heading') {
      const { text, anchor, depth } = left.shift()!
      if (depth <= 3) sections.push({ heading: text, anchor: depth === 1 ? '' : anchor, text: '' })
    } else if (sections.length > 0) sections.at(-1)!.text += ` ${plainText([token])}`
  }
  return sections.map((section) => ({ ...section, text: section.text.replaceAll(/\s+/g, ' ').trim() }))
}

/** The words of tokens without their marks. */
function plainText(tokens: readonly Token[]): string {
  return tokens.map((token) => textOf(token)).join('')
}

function textOf(token: Token): string {
  if (token.type === 'html') return ''
  if (token.type === 'table') {
    const { header, rows } = token as Tokens.Table
    return [header, ...rows].flatMap((row) => row.map((cell) => plainText(cell.tokens))).join(' ')
  }
  if (token.type === 'list') return (token as Tokens.List).items.map((item) => plainText(item.tokens)).join(' ')
  if ('tokens' in token && token.tokens) return plainText(token.tokens)
  if (token.type === 'space' || token.type === 'br') return ' '
  return 'text' in token ? unescapeHtml(String(token.text)) : ''
}

const unescapeHtml = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>')
