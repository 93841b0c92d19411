// Reads what a crawl has fetched, in a process of its own: pages for their links and text, sitemaps for their addresses.
import { createHash } from 'node:crypto'
import type { Reason } from '../rules/tries.ts'
import { type HtmlLinks, readHtmlLinks } from './rules/html.ts'
import { type Sitemap, readSitemap } from './rules/sitemap.ts'

export interface ReadPage extends HtmlLinks {
  /** SHA-256 of its text; null if there is a fault. */
  text_hash: Buffer | null
  /** Why it has no text that could be stored. Its links count all the same. */
  fault: Reason | null
}

export interface PageReader {
  readPage(page: { url: string; media_type: string | null; body: Buffer }, signal: AbortSignal): Promise<ReadPage>
  /** Null: it is no sitemap, or one that cannot be read within bounds. */
  readSitemap(sitemap: { url: string; body: Buffer; most: number }, signal: AbortSignal): Promise<Sitemap | null>
}

export function createPageReader(): PageReader {
  return {
    async readPage({ url, body }) {
      const html = body.toString('utf8')
      const text = html.replaceAll(/<[^>]*>/g, '').trim()
      const fault: Reason | null = text === '' ? { code: 'no_text', message: 'The page has no text.' } : null
      return {
        ...readHtmlLinks(html, url),
        text_hash: fault ? null : createHash('sha256').update(text).digest(),
        fault,
      }
    },
    async readSitemap({ url, body, most }) {
      return readSitemap(url, body.toString('utf8'), most)
    },
  }
}
