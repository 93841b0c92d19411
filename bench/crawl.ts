// `npm run bench:crawl`: what a crawl costs, and what it costs again when no page has changed. The site is beside the server.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateChunks } from './knowledge-texts.ts'
import { readOptions } from './options.ts'
import { cpuSeconds, cpuSecondsOfChildren, residentMiB } from './programs.ts'
import { machine, startBenchServer } from './server.ts'
import { printTable } from './table.ts'

const { pages, paragraphs, database_url } = readOptions({ pages: 1000, paragraphs: 6 })

const texts = generateChunks(pages * paragraphs, 7).map(({ content }) => content)
const links = Array.from({ length: pages - 1 }, (_, n) => `/${n + 1}`)
const body = (path: string, list: readonly string[]) =>
  `<!doctype html><html lang="en"><head><title>Page ${path}</title></head><body><nav><a href="/">Home</a></nav><main><h1>Page ${path}</h1>
  ${texts
    .splice(0, paragraphs)
    .map((text) => `<p>${text}</p>`)
    .join('')}<ul>${list.map((link) => `<li><a href="${link}">${link}</a></li>`).join('')}</ul></main></body></html>`
const site_pages = new Map(['/', ...links].map((path) => [path, body(path, path === '/' ? links : [])]))

const site = createServer((request, response) => {
  const page = site_pages.get(request.url!)
  response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html' }).end(page)
})
site.listen(0, '127.0.0.1')
await once(site, 'listening')
const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`

await using server = await startBenchServer({ PARLEY_CRAWL_ALLOW_PRIVATE_HOSTS: '127.0.0.1' }, database_url)
const { client, pid } = server

/** Starts a crawl, and answers what it took once it is over. */
async function measure(start: () => Promise<string>): Promise<string[]> {
  const before = { at: performance.now(), own: cpuSeconds(pid), reading: cpuSecondsOfChildren(pid) }
  const source_id = await start()
  let crawl = (await client.getSource({ source_id })).crawl!
  while (crawl.status === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 200))
    crawl = (await client.getSource({ source_id })).crawl!
  }
  const { stored, unchanged } = crawl.counts
  if (stored + unchanged !== pages) throw new Error(`the crawl ended as ${JSON.stringify(crawl)}`)
  const [seconds, own, reading] = [
    (performance.now() - before.at) / 1000,
    cpuSeconds(pid) - before.own,
    cpuSecondsOfChildren(pid) - before.reading,
  ]
  const each = `${((1000 * (own + reading)) / pages).toFixed(1)} ms`
  return [`${stored} stored, ${unchanged} unchanged`, ...[seconds, own, reading].map((s) => s.toFixed(1)), each]
}

let source_id = ''
const rows = [
  await measure(async () => {
    const url_crawl_options = { limit: pages, delay_ms: 0, use_sitemap: false }
    const [source] = await client.createSources({ items: { name: url, type: 'URL', url_crawl_options } })
    return (source_id = source!.id)
  }),
  await measure(async () => (await client.crawlSource({ source_id })).id),
]
process.stdout.write(
  `${machine}; pages of ${Math.round(site_pages.get('/1')!.length / 1024)} KiB; the server has ${residentMiB(pid).toFixed(0)} MiB\n\n`,
)
printTable(['pages', 'seconds', 'CPU s of the server', 'CPU s of reading processes', 'CPU of a page'], rows)
site.closeAllConnections()
site.close()
