// The settings of crawls.
import type { SettingsGroup } from '../../config/reader.ts'

export interface CrawlLimits {
  crawls: number
  page_bytes: number
  bytes: number
  seconds: number
  request_seconds: number
  robots_bytes: number
  sitemap_bytes: number
  addresses: number
}

const mebibyte = 1_048_576

const limits = {
  crawls: {
    name: 'PARLEY_LIMIT_CRAWLS',
    default: 2,
    range: [1, 64],
    meaning: 'How many crawls each node carries out at once; further ones wait.',
  },
  page_bytes: {
    name: 'PARLEY_LIMIT_CRAWLED_PAGE_BYTES',
    default: 5 * mebibyte,
    range: [1024, 256 * mebibyte],
    meaning: 'The largest page of a crawl; a larger one fails with `too_large`.',
  },
  bytes: {
    name: 'PARLEY_LIMIT_CRAWL_BYTES',
    default: 100 * mebibyte,
    range: [1024, 65_536 * mebibyte],
    meaning: 'How much a crawl receives in all; then it ends with a warning.',
  },
  seconds: {
    name: 'PARLEY_LIMIT_CRAWL_SECONDS',
    default: 1800,
    range: [1, 86_400],
    meaning: 'How long a crawl fetches pages; then it ends with a warning.',
  },
  request_seconds: {
    name: 'PARLEY_LIMIT_CRAWL_REQUEST_SECONDS',
    default: 15,
    range: [1, 600],
    meaning: 'How long one request of a crawl may take, with its whole body; a slower page fails after three tries.',
  },
  robots_bytes: {
    name: 'PARLEY_LIMIT_ROBOTS_BYTES',
    default: 500 * 1024,
    range: [1024, 10 * mebibyte],
    meaning: 'How much of a robots.txt is read; the rest is left out.',
  },
  sitemap_bytes: {
    name: 'PARLEY_LIMIT_SITEMAP_BYTES',
    default: 10 * mebibyte,
    range: [1024, 256 * mebibyte],
    meaning: 'The largest sitemap, unpacked; a larger one is not read.',
  },
  addresses: {
    name: 'PARLEY_LIMIT_CRAWL_ADDRESSES',
    default: 20_000,
    range: [1, 1_000_000],
    meaning: 'How many addresses a crawl takes up; further ones are not followed.',
  },
} satisfies Record<keyof CrawlLimits, { name: string; default: number; range: [number, number]; meaning: string }>

const names = Object.keys(limits) as (keyof CrawlLimits)[]

export const crawlSettings: SettingsGroup<CrawlLimits> = {
  settings: Object.values(limits).map((limit) => ({
    name: limit.name,
    default: String(limit.default),
    meaning: limit.meaning,
  })),
  read: (read) =>
    Object.fromEntries(
      names.map((each) => [each, read.integer(limits[each].name, ...limits[each].range)]),
    ) as unknown as CrawlLimits,
}
