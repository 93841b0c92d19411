// What a crawl reads of an HTML page: its links, its canonical address, what it asks of robots. Pure, in one pass, without a tree.
import { Tokenizer } from 'htmlparser2'
import { knowledgeBounds } from '@parley/contract'
import { robot_name } from './robots.ts'

export interface HtmlLinks {
  /** Absolute http(s) addresses in the order of the document, without doubles. */
  links: string[]
  canonical: string | null
  /** The contents of `<meta name="robots">` and of those that name us, with commas between. */
  robots: string
}

const max_links = 5000
const max_robots_characters = 4096
const max_value_characters = 2 * knowledgeBounds.url
const robots_names = new Set(['robots', robot_name.toLowerCase()])
const read_names = new Set(['a', 'area', 'base', 'link', 'meta'])

export function readHtmlLinks(html: string, url: string): HtmlLinks {
  const links = new Set<string>()
  let base: string | null = null
  let canonical: string | null = null
  let robots = ''
  const resolve = (href: string | undefined) => (href === undefined ? null : resolveLink(href, base ?? url))
  readElements(html, (name, { href, rel = '', name: given = '', content = '' }) => {
    if (name === 'base') base ??= resolve(href)
    else if (name === 'link') {
      if (rel.toLowerCase().split(/\s+/).includes('canonical')) canonical ??= resolve(href)
    } else if (name === 'meta') {
      const is_for_us = robots_names.has(given.trim().toLowerCase()) && robots.length < max_robots_characters
      if (is_for_us) robots += `,${content}`
    } else if (links.size < max_links) {
      const link = resolve(href)
      if (link !== null) links.add(link)
    }
  })
  return { links: [...links], canonical, robots: robots.slice(1) }
}

type Attributes = { href?: string; rel?: string; name?: string; content?: string }
const attribute_names = new Set(['href', 'rel', 'name', 'content'])

/** Of the library only its tokenizer: its parser takes quadratic time for deep nesting. */
function readElements(html: string, found: (name: string, attributes: Attributes) => void): void {
  let element = ''
  let attributes: Record<string, string> = {}
  let attribute = ''
  let value = ''
  const extend = (text: string) => {
    if (attribute !== '' && value.length < max_value_characters) value += text.slice(0, max_value_characters)
  }
  const end = () => {
    if (element !== '') found(element, attributes)
    element = ''
  }
  const nothing = () => {}
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      onopentagname(start, end_index) {
        const name = end_index - start > 4 ? '' : html.slice(start, end_index).toLowerCase()
        element = read_names.has(name) ? name : ''
        attributes = {}
      },
      onattribname(start, end_index) {
        const name = end_index - start > 7 ? '' : html.slice(start, end_index).toLowerCase()
        attribute = element !== '' && attribute_names.has(name) && !Object.hasOwn(attributes, name) ? name : ''
        value = ''
      },
      onattribdata: (start, end_index) => extend(html.slice(start, end_index)),
      onattribentity: (codepoint) => extend(String.fromCodePoint(codepoint)),
      onattribend() {
        if (attribute !== '') attributes[attribute] = value
      },
      onopentagend: end,
      onselfclosingtag: end,
      oncdata: nothing,
      onclosetag: nothing,
      oncomment: nothing,
      ondeclaration: nothing,
      onend: nothing,
      onprocessinginstruction: nothing,
      ontext: nothing,
      ontextentity: nothing,
    },
  )
  tokenizer.write(html)
  tokenizer.end()
}

function resolveLink(href: string, base: string): string | null {
  if (href.length >= max_value_characters) return null
  const url = URL.parse(href.trim(), base)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null
  return url.href.length <= max_value_characters ? url.href : null
}
