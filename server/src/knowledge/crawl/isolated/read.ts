// Reads what a crawl has fetched, in a process of its own: a page, or a sitemap, ten megabytes of which take seconds and hundreds of megabytes.
import type { Options } from '../../ingest/converters/converter.ts'
import type { Outcome } from '../../ingest/convert.ts'
import type { Sitemap } from '../rules/sitemap.ts'

export type ReadTask = { page: Options } | { sitemap: { url: string; most: number } }

/** Each part is loaded when it is needed. */
export async function run(bytes: Buffer, task: ReadTask): Promise<Outcome | Sitemap | null> {
  if ('page' in task) {
    const converter = await import('../../ingest/converters/run.ts')
    return converter.run(bytes, task.page)
  }
  const { readSitemap } = await import('../rules/sitemap.ts')
  return readSitemap(task.sitemap.url, bytes.toString('utf8'), task.sitemap.most)
}
