// Finds the colors and logos of a site: its first page, its manifest, its icons, within bounds of time and size. Stores nothing.
import type { Clock } from '../../base/ports.ts'
import type { OutboundClient } from '../../outbound/client.ts'
import {
  type Brand,
  type Manifest,
  type NamedPicture,
  type SeenPicture,
  choosePictures,
  composeBrand,
} from '../rules/brand.ts'
import { type Fetched, type Fetching, type SiteReader, fetchAddress, isHtml, openSiteReader, within } from './read.ts'

const together_ms = 10_000
const max_bytes = { page: 1_048_576, manifest: 65_536, icon: 524_288 }

export interface Site {
  outbound: OutboundClient
  clock: Pick<Clock, 'after'>
  owner: string
  domain: string
  /** Where the first page may be, in this order. */
  addresses: readonly string[]
}

/** Null: nothing was found, or nobody answered in time. */
export async function findBrand({ outbound, clock, owner, domain, addresses }: Site): Promise<Brand | null> {
  await using reader = openSiteReader()
  return within(clock, together_ms, async (signal) => {
    const fetching = { outbound, owner, timeout_ms: together_ms, signal }
    const page = await fetchFirst(fetching, addresses)
    const facts = page && (await reader.readPage(page, signal))
    if (!facts) return null
    const manifest = facts.manifest_url === null ? null : await fetchManifest(fetching, facts.manifest_url)
    const seen = await fetchPictures(fetching, reader, choosePictures(facts, manifest))
    return composeBrand(domain, facts, manifest, seen)
  })
}

async function fetchFirst(fetching: Fetching, addresses: readonly string[]): Promise<Fetched | null> {
  for (const address of addresses) {
    const page = await fetchAddress(fetching, address, max_bytes.page, 'text/html')
    if (page && isHtml(page)) return page
  }
  return null
}

async function fetchManifest(fetching: Fetching, address: string): Promise<Manifest | null> {
  const file = await fetchAddress(fetching, address, max_bytes.manifest, 'application/manifest+json')
  try {
    return file && readManifest(JSON.parse(file.body.toString()), file.url)
  } catch {
    return null
  }
}

function readManifest(value: unknown, base: URL): Manifest | null {
  if (typeof value !== 'object' || value === null) return null
  const { name, theme_color, background_color, icons } = value as Record<string, unknown>
  const text = (one: unknown) => (typeof one === 'string' ? one : null)
  const pictures = Array.isArray(icons)
    ? icons.slice(0, 50).flatMap((icon: unknown) => readManifestIcon(icon, base))
    : []
  return { name: text(name), theme_color: text(theme_color), background_color: text(background_color), pictures }
}

function readManifestIcon(icon: unknown, base: URL): NamedPicture[] {
  const { src, sizes, type } = (icon ?? {}) as Record<string, unknown>
  const url = typeof src === 'string' && src.length <= 2000 ? URL.parse(src, base.href) : null
  if (!url || !/^https?:$/.test(url.protocol)) return []
  const is_png = type === 'image/png' || /\.png$/i.test(url.pathname)
  return [
    { url: url.href, type: 'icon', mode: null, sizes: typeof sizes === 'string' ? sizes.slice(0, 40) : null, is_png },
  ]
}

/** What those that are PNGs say, by their addresses. One after another: a site is not asked six times at once. */
async function fetchPictures(
  fetching: Fetching,
  reader: SiteReader,
  pictures: readonly NamedPicture[],
): Promise<Map<string, SeenPicture>> {
  const seen = new Map<string, SeenPicture>()
  for (const { url } of pictures.filter(({ is_png }) => is_png)) {
    const file = await fetchAddress(fetching, url, max_bytes.icon, 'image/png')
    const picture = file && (await reader.readIcon(file.body, fetching.signal))
    if (picture) seen.set(url, picture)
  }
  return seen
}
