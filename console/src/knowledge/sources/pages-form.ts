// What is written in the dialog that adds web pages, and what is sent of it. Pure.
import { type AttachItem, type UrlCrawlOptions, knowledgeBounds, knowledgeDefaults } from '@parley/contract'
import { sourceTexts } from './texts.ts'

const words = sourceTexts.pagesDialog
const { crawl: bounds, items } = knowledgeBounds

export interface PagesForm {
  urls: string
  isCrawl: boolean
  limit: string
  max_depth: string
  max_discovery_depth: string
  include_paths: string
  exclude_paths: string
  use_sitemap: boolean
  delay_ms: string
}

const { crawl } = knowledgeDefaults

export const emptyPages: PagesForm = {
  urls: '',
  isCrawl: false,
  limit: String(crawl.limit),
  max_depth: String(crawl.max_depth),
  max_discovery_depth: String(crawl.max_discovery_depth),
  include_paths: '',
  exclude_paths: '',
  use_sitemap: crawl.use_sitemap,
  delay_ms: String(crawl.delay_ms),
}

const ranges = {
  limit: [1, bounds.limit],
  max_depth: [0, bounds.depth],
  max_discovery_depth: [0, bounds.depth],
  delay_ms: [0, bounds.delay_ms],
} as const
export type NumberName = keyof typeof ranges
export const numberNames = Object.keys(ranges) as NumberName[]

export type PagesFaults = Partial<Record<'urls' | NumberName, string>>

export const readLines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

export function checkPages(form: PagesForm): PagesFaults {
  const urls = readLines(form.urls)
  const bad = urls.find((url) => !isWebAddress(url))
  const faults: PagesFaults = {}
  if (urls.length === 0) faults.urls = words.urlsMissing
  else if (bad !== undefined) faults.urls = words.badUrl(bad)
  else if (urls.length > items) faults.urls = words.tooMany
  for (const name of form.isCrawl ? numberNames : []) {
    const [least, most] = ranges[name]
    const number = /^\d{1,6}$/.test(form[name].trim()) ? Number(form[name]) : NaN
    if (!(number >= least && number <= most)) faults[name] = words.number(least, most)
  }
  return faults
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

/** Without options a URL is one page. */
export function readPages(form: PagesForm): AttachItem[] {
  const options = form.isCrawl ? { url_crawl_options: readOptions(form) } : {}
  return readLines(form.urls).map((url): AttachItem => ({ type: 'URL', url, ...options }))
}

function readOptions(form: PagesForm): UrlCrawlOptions {
  const numbers = Object.fromEntries(numberNames.map((name) => [name, Number(form[name])])) as Record<
    NumberName,
    number
  >
  const [include_paths, exclude_paths] = [readLines(form.include_paths), readLines(form.exclude_paths)]
  return {
    ...numbers,
    use_sitemap: form.use_sitemap,
    ...(include_paths.length > 0 ? { include_paths } : {}),
    ...(exclude_paths.length > 0 ? { exclude_paths } : {}),
  }
}
