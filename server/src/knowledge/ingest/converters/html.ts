// HTML: the main text of a page, with its title as the heading.
import type { DomDocument, DomElement, DomNode } from './dom.ts'
import { ConversionFault, type PageFacts } from '../conversion-fault.ts'
import type { Convert } from './converter.ts'
import { decodeText } from './decode-text.ts'
import { documentOf, removeUnseen } from './html-document.ts'
import { readPageFacts } from './page-facts.ts'
import { level, toMarkdown } from './to-markdown.ts'

/** What frames a page, not an article in it. */
const frame = [
  'nav',
  '[role="navigation"]',
  '[role="banner"]',
  '[role="contentinfo"]',
  ...['header', 'footer', 'aside'].map((name) => `${name}:not(main ${name}, article ${name})`),
].join(',')
const max_elements = 20_000
const headings = 'h1, h2, h3, h4, h5, h6'
/** Less than this part of the page's text is not its main text. */
const least_part = 0.3

export const convertHtml: Convert = async (bytes, { url, charset }) => {
  const declared =
    charset ??
    /<meta[^>]{0,500}?charset\s*=\s*["']?([\w-]{1,40})/i.exec(bytes.subarray(0, 4096).toString('latin1'))?.[1]
  const { text: html, warnings } = decodeText(bytes, declared ?? null)
  const document = documentOf(html)
  const page = readPageFacts(document, url)
  removeUnseen(document)
  const base = document.querySelector('base[href]')?.getAttribute('href')
  const text = withTitle(toMarkdown(await findMain(document), resolveBase(base, url)), page)
  if (text === '') throw new ConversionFault('no_text', 'The page has no text without scripts.', page)
  return { text, warnings, page }
}

function resolveBase(href: string | null | undefined, url: string | null): string | null {
  return (href ? URL.parse(href, url ?? undefined)?.href : null) ?? url
}

/** The text within its frame, else all of it. */
async function findMain(document: DomDocument): Promise<DomElement> {
  const { body } = document
  removeFrame(document)
  const marked = document.querySelectorAll('main, [role="main"]')
  const length = lengthOf(body)
  if (marked.length === 1 && lengthOf(marked[0]!) >= least_part * length) return marked[0]!
  // Longer pages are lists and tables; choosing a part of them takes more memory than the whole.
  if (document.querySelectorAll('*').length > max_elements) return body
  for (const heading of document.querySelectorAll(headings)) heading.setAttribute(level, heading.tagName.slice(1))
  const { Readability } = await import('@mozilla/readability')
  const reader = new Readability(document.cloneNode(true) as never, { serializer: (node) => node })
  const found = reader.parse()?.content as unknown as DomElement | null | undefined
  return found && lengthOf(found) >= least_part * length ? found : body
}

/** Unless there is nothing else. */
function removeFrame(document: DomDocument): void {
  const parts = [...document.querySelectorAll(frame)]
  const known = new Set<unknown>(parts)
  const isInner = (node: DomNode | null): boolean => node !== null && (known.has(node) || isInner(node.parentNode))
  const outer = parts.filter(({ parentNode }) => !isInner(parentNode))
  const framed = outer.reduce((sum, part) => sum + lengthOf(part), 0)
  if (framed < lengthOf(document.body)) for (const part of outer) part.remove()
}

const lengthOf = (element: DomElement | null) => (element?.textContent ?? '').replaceAll(/\s+/g, ' ').trim().length

/** The title above headings of its level, unless the text begins with it. */
function withTitle(text: string, { title }: PageFacts): string {
  if (text === '' || title === null) return text
  const first = /^# (.+)$/m.exec(text)
  if (first && isSame(first[1]!, title) && text.slice(0, first.index).length < 200) return text
  const lower = first ? text.replaceAll(/^(#{1,5}) /gm, '#$1 ') : text
  return `# ${title}\n\n${lower}`
}

/** Titles often end with the name of their site. */
function isSame(heading: string, title: string): boolean {
  const words = (line: string) =>
    line
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()
  return words(title) === words(heading) || words(title.split(/ [|–—·-] /)[0]!) === words(heading)
}
