// Crawls, as they are on the wire. The address is refused, so that nothing leaves this machine.
import { type Walk, until } from '../../wire/world.ts'
import { unknown_id } from '../../wire/walks/constants.ts'

export const walks = { crawls: walkCrawls }

async function walkCrawls({ call, prepare, watch }: Walk): Promise<void> {
  const client = await watch()
  const made = await prepare('createSources', { body: { name: 'http://10.0.0.1/', type: 'URL' } })
  const params = { source_id: made.json[0].id as string }
  const isOver = () => until(async () => (await client.getSource(params)).crawl?.status === 'failed')
  await isOver()
  await call('listSourceCrawls', 'one that failed', { params })
  const [crawl] = (await client.listSourceCrawls(params)).data
  await call('listCrawlPages', 'of a site that was not read', { params: { ...params, crawl_id: crawl!.id } })
  await call('listCrawlPages', 'of an unknown crawl', { params: { ...params, crawl_id: unknown_id } })
  await call('crawlSource', 'again', { params, body: { accept_removals: true } })
  await isOver()
  await call('cancelSourceCrawl', 'when none runs', { params })
  await call('crawlSource', 'an unknown source', { params: { source_id: unknown_id } })
  const file = await prepare('createSources', { body: { name: 'manual.pdf', type: 'FILE' } })
  const of_file = { source_id: file.json[0].id as string }
  await call('crawlSource', 'a file', { params: of_file })
  await call('cancelSourceCrawl', 'a file', { params: of_file })

  const dataset = await prepare('createDataset', { body: { name: 'Products' } })
  const into = { dataset_id: dataset.json.id as string }
  const url_pattern = 'http://10.0.0.1/products/{slug}'
  await call('attachSourcesByPattern', 'two', { params: into, body: { url_pattern, slugs: ['a b', 'c/d'] } })
  await call('attachSourcesByPattern', 'faults', { params: into, body: { url_pattern, slugs: ['..'] } })
  await call('attachSourcesByPattern', 'without a place for the slug', {
    params: into,
    body: { url_pattern: 'http://10.0.0.1/', slugs: ['x'], chunking_strategy: 'odd' },
  })
}
