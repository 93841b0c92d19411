// What is recorded of knowledge bases in turns: replies with citations, searches on streams and in lists, for callers and end users.
import { unknown_id } from '../../wire/walks/constants.ts'
import { begin } from '../../wire/walks/messages.ts'
import { type Walk, makeAgent } from '../../wire/world.ts'
import { plantInto } from './fixture.ts'

export async function walkRetrievals(walk: Walk): Promise<void> {
  const { call, world, organization } = walk
  const { json: dataset } = await walk.prepare('createDataset', { body: { name: 'Shop' } })
  const passage = { text: 'Returns are accepted within 30 days.', source_name: 'Shop.pdf', page: 3 }
  await plantInto(world.server, dataset.id as string, passage, organization.id)
  const agent_id = await makeAgent(walk, {
    knowledge_bases: [{ dataset_id: dataset.id as string }],
    retrieval: { citations: true },
    built_in_tools: { search_knowledge: { enabled: true } },
  })
  const params = await begin(walk, agent_id)
  const answers = [
    'Within 30 days [1].',
    { tool_calls: [{ name: 'search_knowledge', arguments: { query: 'returns' } }] },
    'Again, within 30 days [2].',
    'As I said [1].',
  ]
  world.server.model.answer = () => answers.shift()!
  await call('sendConversationMessage', 'a reply with citations', { params, body: { text: 'Are returns accepted?' } })
  const stream = walk.open('sendConversationMessage', 'a stream with searches', {
    params,
    headers: { accept: 'text/event-stream' },
    body: { text: 'Until when are returns accepted?' },
  })
  await stream.ended
  const { json } = await walk.prepare('createConversationToken', { params, body: { permissions: ['read', 'message'] } })
  await call('sendConversationMessage', 'citations for an end user', {
    params,
    as: json.token,
    body: { text: 'And returns of tea?' },
  })
  await call('getConversation', 'with citations', { params })
  await call('getConversation', 'with citations, as its end user', { params, as: json.token })
  await call('listConversationTurns', 'with searches', { params })

  const of = { dataset_id: dataset.id as string }
  await call('queryDataset', 'by words', { params: of, body: { query: 'returns', results_count: 3 } })
  await call('queryDataset', 'by vectors, without a model', { params: of, body: { query: 'returns', mode: 'vector' } })
  await call('queryDataset', 'faults', { params: of, body: { query: ' ', results_count: 0, mode: 'odd' } })
  await call('listDatasetRetrievals', 'the first page', { params: of, query: 'limit=1' })
  await call('listDatasetRetrievals', 'those that found nothing', {
    params: of,
    query: 'outcome=nothing&below_score=0.9',
  })
  await call('listDatasetRetrievals', 'faults', { params: of, query: 'outcome=lost&below_score=x&cursor=x' })
  await call('listDatasetRetrievals', 'of an unknown dataset', { params: { dataset_id: unknown_id } })
}
