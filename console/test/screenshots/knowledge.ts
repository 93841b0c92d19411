// The pictures of knowledge bases: sources, a question that is tried, and a conversation that cites a passage.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@parley/sdk'
import type { Page } from 'playwright-core'
import { pdfFile, textFile } from '../support/knowledge.ts'
import type { Scene, Screen } from './main.ts'

export interface Shelf {
  dataset_id: string
  cited_conversation_id: string
}

const shelf = ({ dataset_id }: Shelf) => `/knowledge/${dataset_id}`
const question = 'Can I send a teapot back?'

export const knowledgeScreens: readonly Screen[] = [
  {
    name: 'knowledge',
    path: shelf,
    prepare: (page) => page.getByRole('list', { name: 'Sources', exact: true }).waitFor(),
    isLive: true,
  },
  {
    name: 'knowledge-try',
    path: (scene) => `${shelf(scene)}?section=try&query=${encodeURIComponent(question)}`,
    prepare: compare,
    isLive: true,
  },
  {
    name: 'knowledge-cited',
    path: ({ cited_conversation_id }) => `/conversations/${cited_conversation_id}`,
    prepare: unfold,
    isLive: true,
  },
]

async function compare(page: Page): Promise<void> {
  await page.getByLabel('Compare with words and vectors alone').check()
  await page.getByRole('region', { name: 'Words alone' }).getByRole('article').first().waitFor()
  await page.getByRole('region', { name: 'Vectors alone' }).getByText('There are no vectors').waitFor()
}

async function unfold(page: Page): Promise<void> {
  const transcript = page.getByRole('region', { name: 'Transcript' })
  await transcript.getByText(/^\d passages? · words/).click()
  await page.getByText('Searched for').waitFor()
}

const files = [
  textFile(
    'policies/returns.md',
    '# Returns\n\nTeapots, cups and tins can be sent back within 30 days, unused and in their box.\n\n## Refunds\n\nWe refund the price within a week after the parcel has arrived.\n',
  ),
  textFile('policies/delivery.md', '# Delivery\n\nParcels to Norway take three to five days and cost 9 euros.\n'),
  pdfFile(
    'care-of-cast-iron.pdf',
    'Rinse a teapot of cast iron with hot water only.',
    'Dry it before you put it away.',
  ),
  { ...pdfFile('prices-2026.pdf', 'x'), buffer: Buffer.from('%PDF-1.4\n') },
]

/** A knowledge base, and a conversation of an agent that uses it. */
export async function stockShelf({ client, model }: Pick<Scene, 'client' | 'model'>): Promise<Shelf> {
  const { id: dataset_id } = await client.createDataset({
    name: 'Shop handbook',
    description: 'What we tell customers about returns, delivery and care',
  })
  for (const { name, buffer } of files)
    await client.attachSources({ dataset_id, file: new Blob([new Uint8Array(buffer)]), metadata: { name } })
  await untilSettled(client, dataset_id)
  const { agent_id } = await client.createAgent({ name: 'Handbook clerk' })
  const { version } = await client.createAgentVersion({
    agent_id,
    config: {
      ...{ instructions: 'Answer from the handbook.', analysis: { summary: { enabled: false } } },
      ...{ knowledge_bases: [{ dataset_id }], retrieval: { citations: true } },
    },
  })
  await client.publishAgentVersion({ agent_id, version: String(version) })
  const answer = model.answer
  model.answer = () =>
    'Yes: teapots can be sent back within 30 days, unused and in their box [1]. The price is refunded within a week.'
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'n.haddad', agent_id })
  await client.sendConversationMessage({ conversation_id: conversation.id, text: question })
  model.answer = answer
  return { dataset_id, cited_conversation_id: conversation.id }
}

async function untilSettled(client: Client, dataset_id: string): Promise<void> {
  while ((await client.getDataset({ dataset_id })).counts.in_progress > 0) await sleep(200)
}
