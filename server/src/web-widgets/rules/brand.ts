// What a site says about its brand, and the configuration that follows from it. Pure.
import type { Output, WebWidgetConfig } from '@parley/contract'
import { readableText, widgetBounds } from '@parley/contract'
import { type BrandColor, isDistinct, nameColor, readColor } from './colors.ts'

export type Brand = Output<'autoBrandWebWidget'>
type Logo = Brand['logos'][number]

/** A picture that a page or its manifest names. */
export interface NamedPicture {
  /** Absolute. */
  url: string
  type: 'icon' | 'logo'
  mode: 'light' | 'dark' | null
  /** As it is said, such as `180x180`. */
  sizes: string | null
  is_png: boolean
}

/** What the first page of a site says. */
export interface PageFacts {
  title: string | null
  site_name: string | null
  description: string | null
  theme_colors: string[]
  manifest_url: string | null
  pictures: NamedPicture[]
}

/** What a picture's own bytes say. */
export interface SeenPicture {
  width: number
  height: number
  colors: string[]
}

export interface Manifest {
  name: string | null
  theme_color: string | null
  background_color: string | null
  pictures: NamedPicture[]
}

export const max_pictures = 6
const max_colors = 6
const texts = { title: 200, description: 1000 }

/** A host name without scheme, `www.` and slash, in its one form. Null: it is not a host name. */
export function readDomain(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/+$/, '')
  if (!/^[^\s/?#@:\\]+$/.test(bare)) return null
  const host =
    URL.parse(`https://${bare}/`)
      ?.hostname.replace(/\.$/, '')
      .replace(/^www\./, '') ?? ''
  const labels = host.split('.')
  const isName = labels.length > 1 && labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
  // A parsed host whose last label is a number is an address.
  return isName && host.length <= 253 && !/^\d+$/.test(labels.at(-1)!) ? host : null
}

/** The largest first, as far as it is known; those of the page before those of the manifest, none twice. */
export function choosePictures(page: PageFacts, manifest: Manifest | null): NamedPicture[] {
  const all = [...page.pictures, ...(manifest?.pictures ?? [])]
  const distinct = [...new Map(all.map((picture) => [picture.url, picture])).values()]
  const rank = ({ type, sizes, is_png }: NamedPicture) =>
    (type === 'logo' ? 1e6 : 0) + (is_png ? 1e5 : 0) + (readSizes(sizes)?.width ?? 0)
  return distinct.toSorted((a, b) => rank(b) - rank(a)).slice(0, max_pictures)
}

function readSizes(sizes: string | null): { width: number; height: number } | null {
  const [, width, height] = /(\d{1,5})x(\d{1,5})/i.exec(sizes ?? '') ?? []
  return width ? { width: Number(width), height: Number(height) } : null
}

/** Null: nothing was found. `seen` has what pictures say by their addresses. */
export function composeBrand(
  domain: string,
  page: PageFacts,
  manifest: Manifest | null,
  seen: ReadonlyMap<string, SeenPicture>,
): Brand | null {
  const logos = choosePictures(page, manifest).map((picture) => presentLogo(picture, seen.get(picture.url)))
  const colors = chooseColors(page, manifest, logos)
  const title = cut(page.site_name ?? manifest?.name ?? page.title, texts.title)
  const description = cut(page.description, texts.description)
  if (title === null && colors.length === 0 && logos.length === 0) return null
  return { domain, title, description, colors, logos, config: proposeConfig(title, colors, logos) }
}

function cut(text: string | null, most: number): string | null {
  const clean = (text ?? '').replaceAll(/\s+/g, ' ').trim()
  return clean === '' ? null : [...clean].slice(0, most).join('')
}

function presentLogo({ url, type, mode, sizes }: NamedPicture, seen: SeenPicture | undefined): Logo {
  const size = seen ?? readSizes(sizes)
  const aspect_ratio = size && size.height > 0 ? Math.round((size.width / size.height) * 100) / 100 : 1
  return {
    ...{ url, type, mode },
    resolution: size && { width: size.width, height: size.height, aspect_ratio },
    colors: (seen?.colors ?? []).map(nameColor),
  }
}

/** What the site declares; else the strongest of its pictures. */
function chooseColors(page: PageFacts, manifest: Manifest | null, logos: readonly Logo[]): BrandColor[] {
  const declared = [...page.theme_colors, manifest?.theme_color, manifest?.background_color]
  const read = declared.flatMap((text) => (text ? (readColor(text) ?? []) : []))
  // White and gray are what most sites declare for the frame of a browser.
  const isEnough = read.some(isDistinct)
  const pictured = isEnough ? [] : logos.flatMap(({ colors }) => colors.map(({ hex }) => hex))
  return [...new Set([...read, ...pictured])].slice(0, max_colors).map(nameColor)
}

function proposeConfig(title: string | null, colors: readonly BrandColor[], logos: readonly Logo[]): WebWidgetConfig {
  const main = (colors.find(({ hex }) => isDistinct(hex)) ?? colors[0])?.hex
  const pair = main && { background_color: main, text_color: readableText(main, null) }
  const mode = pair && { header: pair, launcher: pair, user_message: pair, controls_button: pair }
  const avatar = logos.find(
    ({ type, url }) => type === 'icon' && url.startsWith('https://') && url.length <= widgetBounds.picture_url,
  )
  const chat = {
    ...(title === null ? {} : { title: [...title].slice(0, widgetBounds.title).join('') }),
    ...(avatar ? { avatar_url: avatar.url } : {}),
    ...(mode ? { light_mode: mode, dark_mode: mode } : {}),
  }
  return Object.keys(chat).length === 0 ? {} : { chat }
}
