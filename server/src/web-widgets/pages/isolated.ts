// Reads pages and icons of sites, in a process without rights: what they contain is up to strangers.
import { Parser } from 'htmlparser2'
import { PNG } from 'pngjs'
import type { NamedPicture, PageFacts, SeenPicture } from '../rules/brand.ts'
import { strongestColors } from '../rules/colors.ts'

export type ReadTask = { page: { url: string; charset: string | null } } | 'icon'

/** What a page says, for auto-brand and for the check of a snippet. */
export interface ReadPage extends PageFacts {
  scripts: { src: string; nonce: string | null }[]
  /** Of meta elements. */
  policies: string[]
}

export function run(bytes: Buffer, task: ReadTask): ReadPage | SeenPicture | null {
  return task === 'icon' ? readIcon(bytes) : readPage(bytes, task.page.url, task.page.charset)
}

/** Of one picture, and so of all its pixels: a small file can claim to be huge. */
const max_side = 1024
const colors_of_icon = 3

/** Null: it is no PNG that can be read. */
function readIcon(bytes: Buffer): SeenPicture | null {
  const isPng = bytes.length > 24 && bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
  if (!isPng || bytes.readUInt32BE(16) > max_side || bytes.readUInt32BE(20) > max_side) return null
  try {
    const { width, height, data } = PNG.sync.read(bytes)
    return { width, height, colors: strongestColors(data, colors_of_icon) }
  } catch {
    return null
  }
}

const max_entries = 200
const max_characters = 2000
const max_title = 1000
const max_json = 65_536

type Attributes = Record<string, string>

/** Knows no nesting: of a page that is nested very deep, the parser would search through all levels at each element. */
class FlatParser extends Parser {
  protected override isVoidElement(name: string): boolean {
    return name !== 'title' && name !== 'script' && name !== 'style'
  }
}

function readPage(bytes: Buffer, url: string, charset: string | null): ReadPage {
  const page = new PageReader(url)
  const parser = new FlatParser(page, { lowerCaseTags: true, lowerCaseAttributeNames: true })
  parser.write(decode(bytes, charset))
  parser.end()
  return page.facts
}

function decode(bytes: Buffer, charset: string | null): string {
  const [, named] = /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{1,40})/i.exec(bytes.toString('latin1', 0, 2048)) ?? []
  try {
    return new TextDecoder(charset ?? named ?? 'utf-8').decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

/** Elements one after another: nothing here depends on how they are nested. */
class PageReader {
  readonly facts: ReadPage = {
    title: null,
    site_name: null,
    description: null,
    theme_colors: [],
    manifest_url: null,
    pictures: [],
    scripts: [],
    policies: [],
  }
  #base: string
  /** The text that is being read: of the title, or of structured data. */
  #reading: 'title' | 'json' | null = null
  #text = ''

  constructor(url: string) {
    this.#base = url
  }

  onopentag(name: string, attributes: Attributes): void {
    if (name === 'title' && this.facts.title === null) this.#begin('title')
    else if (name === 'base') this.#base = this.#absolute(attributes['href']) ?? this.#base
    else if (name === 'meta') this.#readMeta(attributes)
    else if (name === 'link') this.#readLink(attributes)
    else if (name === 'script') this.#readScript(attributes)
    else if (name === 'img') this.#readImage(attributes)
  }

  ontext(text: string): void {
    if (this.#reading !== null && this.#text.length < max_json) this.#text += text
  }

  onclosetag(name: string): void {
    if (this.#reading === 'title' && name === 'title') this.facts.title = this.#text.slice(0, max_title)
    else if (this.#reading === 'json' && name === 'script') this.#readJson(this.#text)
    else return
    this.#reading = null
  }

  #begin(what: 'title' | 'json'): void {
    this.#reading = what
    this.#text = ''
  }

  #absolute(address: string | undefined): string | null {
    const url = address === undefined ? null : URL.parse(address, this.#base)
    const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
    return url && isWeb && url.href.length <= max_characters ? url.href : null
  }

  #readMeta(attributes: Attributes): void {
    const { content = '' } = attributes
    const name = (attributes['name'] ?? attributes['property'] ?? attributes['http-equiv'] ?? '').toLowerCase()
    const text = content.slice(0, max_characters)
    if (name === 'og:site_name' || name === 'application-name') this.facts.site_name ??= text
    else if (name === 'description' || name === 'og:description') this.facts.description ??= text
    else if (name === 'theme-color') this.#add(this.facts.theme_colors, text)
    else if (name === 'og:logo') this.#addPicture(content, { type: 'logo' })
    else if (name === 'content-security-policy') this.#add(this.facts.policies, content.slice(0, max_json))
  }

  #readLink(attributes: Attributes): void {
    const rels = (attributes['rel'] ?? '').toLowerCase().split(/\s+/)
    const { href, sizes, type, media } = attributes
    if (rels.includes('manifest')) this.facts.manifest_url ??= this.#absolute(href)
    if (!rels.some((rel) => rel === 'icon' || rel.startsWith('apple-touch-icon'))) return
    this.#addPicture(href, { type: 'icon', sizes, media, is_png: type === 'image/png' })
  }

  #readScript(attributes: Attributes): void {
    const src = this.#absolute(attributes['src'])
    if (src !== null)
      this.#add(this.facts.scripts, { src, nonce: attributes['nonce']?.slice(0, max_characters) ?? null })
    else if (attributes['type']?.toLowerCase() === 'application/ld+json') this.#begin('json')
  }

  /** The first picture that calls itself a logo. */
  #readImage(attributes: Attributes): void {
    if (this.facts.pictures.some(({ type }) => type === 'logo')) return
    const told = ['src', 'alt', 'class', 'id'].map((name) => attributes[name] ?? '').join(' ')
    if (/\blogo/i.test(told.slice(0, max_characters))) this.#addPicture(attributes['src'], { type: 'logo' })
  }

  /** Structured data of an organization. */
  #readJson(text: string): void {
    try {
      const parsed = JSON.parse(text) as unknown
      const graph = (parsed as { '@graph'?: unknown } | null)?.['@graph'] ?? parsed
      for (const one of [graph].flat().slice(0, max_entries) as ({ logo?: unknown } | null)[]) {
        const logo = one?.logo
        const address = typeof logo === 'string' ? logo : (logo as { url?: unknown } | null | undefined)?.url
        if (typeof address === 'string') this.#addPicture(address, { type: 'logo' })
      }
    } catch {
      // It says nothing that could be read.
    }
  }

  #addPicture(
    address: string | undefined,
    { type, sizes, media, is_png = false }: { type: 'icon' | 'logo'; sizes?: string; media?: string; is_png?: boolean },
  ): void {
    const url = this.#absolute(address)
    if (url === null) return
    const [, scheme] = /prefers-color-scheme\s*:\s*(light|dark)/i.exec((media ?? '').slice(0, max_characters)) ?? []
    const picture: NamedPicture = {
      url,
      type,
      mode: (scheme?.toLowerCase() as 'light' | 'dark' | undefined) ?? null,
      sizes: sizes?.slice(0, 40) ?? null,
      is_png: is_png || /\.png$/i.test(new URL(url).pathname),
    }
    this.#add(this.facts.pictures, picture)
  }

  #add<T>(list: T[], entry: T): void {
    if (list.length < max_entries) list.push(entry)
  }
}
