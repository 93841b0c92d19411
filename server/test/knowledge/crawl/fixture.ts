// A server that may crawl this machine, sites whose pages a test decides, and crawls of them to their end.
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Crawl, CrawlPage, Source, UrlCrawlOptions } from '@parley/contract'
import { vi } from 'vitest'
import { type NodeOptions, type TestServer, startTestServer } from '../../support/server.ts'
import { patient as patient_server } from '../../support/patient-server.ts'

/** Long enough for a busy machine. */
export const soon = { timeout: 90_000, interval: 50 }

/** Each page is read in a process of its own. */
const patient = { timeout: 280_000, interval: 50 }

/** The setting that lets crawls fetch from this machine. */
export const crawled_hosts = { PARLEY_CRAWL_ALLOW_PRIVATE_HOSTS: '127.0.0.1' }

export interface SitePage {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer
}

export type Answer = string | SitePage | ((request: IncomingMessage, response: ServerResponse) => void)

export interface Site extends AsyncDisposable {
  readonly url: string
  /** By path with its query. A text is an HTML page. What is missing is answered with 404. */
  pages: Record<string, Answer>
  /** Answers what is not in `pages`. */
  other: Answer | null
  /** Paths, in the order of requests. */
  readonly requests: string[]
  /** Requests of this path with their headers. */
  readonly headersOf: (path: string) => IncomingMessage['headers'][]
  /** Of requests that are under way. */
  readonly open: number
  readonly most_open: number
}

export async function startSite(pages: Record<string, Answer> = {}): Promise<Site> {
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = []
  const counts = { open: 0, most: 0 }
  const server = createServer(patient_server, (request, response) => {
    const path = request.url!
    requests.push({ path, headers: request.headers })
    counts.most = Math.max(counts.most, (counts.open += 1))
    response.on('close', () => (counts.open -= 1)).on('error', () => {})
    answer(site.pages[path] ?? site.other ?? { status: 404 }, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const site: Site = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pages,
    other: null,
    get requests() {
      return requests.map(({ path }) => path)
    },
    headersOf: (path) => requests.filter((request) => request.path === path).map(({ headers }) => headers),
    get open() {
      return counts.open
    },
    get most_open() {
      return counts.most
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return site
}

function answer(page: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (typeof page === 'function') return page(request, response)
  const { status = 200, headers = {}, body = '' } = typeof page === 'string' ? { body: page } : page
  const is_same = headers['etag'] !== undefined && request.headers['if-none-match'] === headers['etag']
  response.writeHead(is_same ? 304 : status, { 'content-type': 'text/html', ...headers })
  response.end(is_same ? undefined : body)
}

/** An HTML page with a text of its own and links. Too short for its language to be looked for, which takes a new process a while. */
export function pageOf(text: string, ...links: string[]): string {
  const list = links.map((link) => `<li><a href="${link}">${link}</a>`).join('')
  return `<html><head><title>${text}</title></head><body><main><h1>${text}</h1><p>On ${text}.</p><ul>${list}</ul></main></body></html>`
}

export interface Crawler extends AsyncDisposable {
  server: TestServer
  /** Creates a URL source, which crawls it. Without a delay between requests. */
  create(url: string, options?: UrlCrawlOptions | null, more?: object): Promise<Source>
  /** As it is once its crawl is over. What waits for another try is due at once. */
  crawled(source_id: string): Promise<Source & { crawl: Crawl }>
  again(source_id: string, more?: object): Promise<Source & { crawl: Crawl }>
  report(source: Pick<Source, 'id'> & { crawl: { id: string } | null }): Promise<CrawlPage[]>
  /** Outcomes of the last crawl by path. */
  outcomes(source: Pick<Source, 'id'> & { crawl: { id: string } | null }): Promise<Record<string, string>>
  /** The pages of its crawls, by path. */
  pages(source_id: string): Promise<Record<string, Source>>
  rows<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>
  events(subject: string): Promise<{ type: string; data: Record<string, unknown> }[]>
}

/** What waits for another try is due at once. */
const hurry = `
  with addresses as (update crawl_addresses set due_at = now() where due_at > now()),
    crawls_due as (
      update work set due_at = now(), ready = true
      where kind = 'crawl_source' and lease is null and (due_at > now() or not ready))
  select not exists (select from crawls where source_id = $1 and status = 'running') as is_over`

export async function startCrawler(
  environment: Record<string, string> = {},
  options: NodeOptions = {},
): Promise<Crawler> {
  const server = await startTestServer({ ...crawled_hosts, PARLEY_LIMIT_CRAWLS: '8', ...environment }, options)
  const rows: Crawler['rows'] = async (text, values = []) => (await server.database.pool.query(text, values)).rows
  const get = (source_id: string) => server.client.getSource({ source_id })
  const pathOf = (url: string) => url.replace(/^https?:\/\/[^/]+/, '')
  const crawler: Crawler = {
    server,
    rows,
    async create(url, url_crawl_options = null, more = {}) {
      const crawl_options = url_crawl_options && { delay_ms: 0, ...url_crawl_options }
      const item = { name: url, type: 'URL' as const, url_crawl_options: crawl_options, ...more }
      const [source] = await server.client.createSources({ items: item })
      return source!
    },
    async crawled(source_id) {
      await vi.waitUntil(async () => (await rows<{ is_over: boolean }>(hurry, [source_id]))[0]!.is_over, patient)
      return (await get(source_id)) as Source & { crawl: Crawl }
    },
    async again(source_id, more = {}) {
      await server.client.crawlSource({ source_id, ...more })
      return crawler.crawled(source_id)
    },
    async report({ id, crawl }) {
      const listed: CrawlPage[] = []
      let cursor: string | undefined
      do {
        const page = await server.client.listCrawlPages({
          ...{ source_id: id, crawl_id: crawl!.id, limit: 100 },
          ...(cursor === undefined ? {} : { cursor }),
        })
        listed.push(...page.data)
        cursor = page.pagination.next_cursor ?? undefined
      } while (cursor !== undefined)
      return listed
    },
    async outcomes(source) {
      const report = await crawler.report(source)
      return Object.fromEntries(report.map(({ url, outcome }) => [pathOf(url), outcome]))
    },
    async pages(source_id) {
      const { data } = await server.client.listSources({ parent_source_id: source_id, limit: 100 })
      return Object.fromEntries(data.map((source) => [pathOf(source.name), source]))
    },
    events: (subject) =>
      rows(`select type, data from organization_events where subject = $1 order by place`, [subject]),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  return crawler
}
