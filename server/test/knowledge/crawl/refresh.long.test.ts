// The cost of crawling 200 pages again: none of them is embedded, and of a changed one only what changed.
import { expect, test } from 'vitest'
import { startEmbeddingServer } from '../../support/embedding-server.ts'
import { pageOf, startCrawler, startSite } from './fixture.ts'

const patient = { timeout: 300_000, interval: 100 }

test('200 unchanged pages make no embedding call; one changed paragraph embeds two chunks at most', async () => {
  await using embeddings = await startEmbeddingServer()
  await using crawler = await startCrawler(embeddings.environment)
  const { client } = crawler.server
  const { id: dataset_id } = await client.createDataset({ name: 'Site' })
  const paragraphs = (n: number) =>
    Array.from({ length: 8 }, (_, k) => `<p>Paragraph ${k} of page ${n}: ${'some words of it '.repeat(20)}</p>`).join(
      '',
    )
  await using site = await startSite({ '/': pageOf('Home', ...Array.from({ length: 200 }, (_, n) => `/${n}`)) })
  for (let n = 0; n < 200; n += 1) site.pages[`/${n}`] = `<title>Page ${n}</title><main>${paragraphs(n)}</main>`
  const options = { use_sitemap: false, limit: 500, add_to_datasets: [dataset_id] }
  const { id } = await crawler.create(site.url, options, { chunking_strategy: 'structure_based' })
  await crawler.crawled(id)
  const unfinished = `select count(*)::int as count from dataset_sources where status <> 'ready'`
  await expect.poll(() => crawler.rows(unfinished), patient).toEqual([{ count: 0 }])

  const before = embeddings.texts.length
  expect(before).toBeGreaterThan(200)
  expect((await crawler.again(id)).crawl.counts).toMatchObject({ stored: 0, unchanged: 201 })
  expect(embeddings.texts.length).toBe(before)

  site.pages['/7'] =
    `<title>Page 7</title><main>${paragraphs(7).replace('Paragraph 3', 'Another one, the third,')}</main>`
  expect((await crawler.again(id)).crawl.counts).toMatchObject({ stored: 1, unchanged: 200 })
  await expect.poll(() => crawler.rows(unfinished), patient).toEqual([{ count: 0 }])
  expect(embeddings.texts.length - before).toBeGreaterThan(0)
  expect(embeddings.texts.length - before).toBeLessThanOrEqual(2)
}, 900_000)
