// The operations on crawls, for contract.test.ts. The address is refused: no test reaches beyond this machine.
import type { knowledgeOperations } from '@parley/contract'
import type { EntriesOf, World } from '../../contract/entries.ts'

const newUrl = async ({ client }: World) => {
  const [source] = await client.createSources({ items: { name: 'http://10.0.0.1/', type: 'URL' } })
  return source!
}

const newSource = async (world: World) => ({ source_id: (await newUrl(world)).id })

type Ours = 'crawlSource' | 'cancelSourceCrawl' | 'listSourceCrawls' | 'listCrawlPages' | 'attachSourcesByPattern'

export const entries: EntriesOf<Pick<typeof knowledgeOperations, Ours>> = {
  crawlSource: { input: newSource, outsider: 'not found' },
  cancelSourceCrawl: { input: newSource, outsider: 'not found' },
  listSourceCrawls: { input: newSource, outsider: 'not found' },
  listCrawlPages: {
    async input(world) {
      const { id } = await newUrl(world)
      const { crawl } = await world.client.getSource({ source_id: id })
      return { source_id: id, crawl_id: crawl!.id }
    },
    outsider: 'not found',
  },
  attachSourcesByPattern: {
    async input({ client }) {
      const { id } = await client.createDataset({ name: 'Manual' })
      return { dataset_id: id, url_pattern: 'http://10.0.0.1/{slug}', slugs: ['one'] }
    },
    outsider: 'not found',
  },
}
