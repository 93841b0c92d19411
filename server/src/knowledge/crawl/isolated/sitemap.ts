// Reads a sitemap in a process of its own: ten megabytes of XML take seconds and hundreds of megabytes.
import { type Sitemap, readSitemap } from '../rules/sitemap.ts'

export interface SitemapTask {
  url: string
  most: number
}

export function run(bytes: Buffer, { url, most }: SitemapTask): Sitemap | null {
  return readSitemap(url, bytes.toString('utf8'), most)
}
