// What a page says to crawlers: its title, its address, what may be indexed, its links.
import type { DomDocument, DomElement } from './dom.ts'
import type { PageFacts } from '../conversion-fault.ts'

const max_links = 10_000
const max_url = 2048

export function readPageFacts(document: DomDocument, url: string | null): PageFacts {
  const base = resolve(document.querySelector('base[href]')?.getAttribute('href') ?? '', url) ?? url
  const title = (document.querySelector('title')?.textContent ?? '').replaceAll(/\s+/g, ' ').trim()
  const robots = [...document.querySelectorAll('meta[name]')]
    .filter((meta) => /^(robots|parleybot)$/i.test(meta.getAttribute('name') ?? ''))
    .flatMap((meta) => (meta.getAttribute('content') ?? '').toLowerCase().split(/[\s,]+/))
  const canonical = [...document.querySelectorAll('link[rel][href]')].find((link) => hasRel(link, 'canonical'))
  return {
    title: title === '' ? null : title.slice(0, 500),
    canonical: canonical ? resolve(canonical.getAttribute('href') ?? '', base) : null,
    noindex: robots.includes('noindex') || robots.includes('none'),
    nofollow: robots.includes('nofollow') || robots.includes('none'),
    links: readLinks(document, base),
  }
}

function readLinks(document: DomDocument, base: string | null): string[] {
  const links = new Set<string>()
  for (const link of document.querySelectorAll('a[href], area[href]')) {
    if (links.size >= max_links) break
    const target = hasRel(link, 'nofollow') ? null : resolve(link.getAttribute('href') ?? '', base)
    if (target !== null) links.add(target)
  }
  return [...links]
}

const hasRel = (element: DomElement, name: string) =>
  (element.getAttribute('rel') ?? '').toLowerCase().split(/\s+/).includes(name)

/** Absolute, http(s), without a fragment. */
function resolve(href: string, base: string | null): string | null {
  if (href.length > max_url) return null
  const found = URL.parse(href.trim(), base ?? undefined)
  if (found === null || !['http:', 'https:'].includes(found.protocol)) return null
  found.hash = ''
  return found.href.length <= max_url ? found.href : null
}
