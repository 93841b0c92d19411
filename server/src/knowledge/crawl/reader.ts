// Reads what a crawl has fetched, in a process of its own: pages for their links and text, sitemaps for their addresses.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Core } from '../../calls/core.ts'
import { IsolationFault, runIsolated } from '../../isolation/isolation.ts'
import { ConversionFault, type Converted, convertFile } from '../ingest/convert.ts'
import { createFileFolders } from '../ingest/file-folders.ts'
import type { Reason } from '../rules/tries.ts'
import { knowledgeSettings } from '../settings.ts'
import type { SitemapTask } from './isolated/sitemap.ts'
import type { Sitemap } from './rules/sitemap.ts'

export interface ReadPage {
  /** Absolute, in the order of the document. */
  links: string[]
  canonical: string | null
  noindex: boolean
  nofollow: boolean
  /** Null: there is a fault. */
  converted: Converted | null
  /** Why it has no text that could be stored. Its links count all the same. */
  fault: Reason | null
}

export interface PageReader {
  readPage(page: { url: string; body: Buffer }, signal: AbortSignal): Promise<ReadPage>
  /** Null: it is no sitemap, or one that cannot be read within bounds. */
  readSitemap(sitemap: SitemapTask & { body: Buffer }, signal: AbortSignal): Promise<Sitemap | null>
}

const sitemap_module = new URL('./isolated/sitemap.ts', import.meta.url)
const sitemap_limits = { seconds: 30, memory_bytes: 805_306_368, output_bytes: 100_000_000 }

export function createPageReader({ config, ports }: Pick<Core, 'config' | 'ports'>): PageReader {
  const withFolder = createFileFolders(ports.clock)
  const withFile = <T>(body: Buffer, read: (path: string) => Promise<T>): Promise<T> =>
    withFolder(async (folder) => {
      const path = join(folder, 'page')
      await writeFile(path, body, { mode: 0o600 })
      return read(path)
    })
  const limits = config.of(knowledgeSettings)
  const conversion = {
    seconds: limits.conversion_seconds,
    memory_bytes: limits.conversion_memory_bytes,
    pages: limits.pages,
    text_bytes: limits.text_bytes,
    unpacked_bytes: limits.unpacked_bytes,
  }
  return {
    readPage: ({ url, body }, signal) =>
      withFile(body, async (path) => {
        try {
          const converted = await convertFile({ path, name: url, url }, conversion, signal)
          return { ...(converted.page ?? no_facts), converted, fault: null }
        } catch (error) {
          if (!(error instanceof ConversionFault)) throw error
          const { code, message, page } = error
          return { ...(page ?? no_facts), converted: null, fault: { code, message } }
        }
      }),
    readSitemap: ({ url, most, body }, signal) =>
      withFile(body, async (path) => {
        try {
          const options: SitemapTask = { url, most }
          return await runIsolated<Sitemap | null>({ module: sitemap_module, options, path }, sitemap_limits, signal)
        } catch (error) {
          if (error instanceof IsolationFault) return null
          throw error
        }
      }),
  }
}

/** Of a file that is no HTML. */
const no_facts = { links: [], canonical: null, noindex: false, nofollow: false }
