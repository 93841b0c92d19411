import { expect, test } from 'vitest'
import { type Operation, type OperationId, operations } from './index.ts'
import { loadOf } from './load.ts'

const all = Object.values<Operation>(operations)
const idsOf = (load: string) => all.filter((operation) => loadOf(operation) === load).map(({ id }) => id as OperationId)

test('only ends, cancellations and questions about health are never refused', () => {
  expect(idsOf('critical').toSorted()).toEqual([
    'cancelExecution',
    'cancelExecutions',
    'cancelSourceCrawl',
    'cancelTurn',
    'endConversation',
    'getHealth',
    'getReadiness',
  ])
})

test('pages, sums, files and streams are refused first', () => {
  const bulk = new Set<string>(idsOf('bulk'))
  const isPage = ({ query }: Operation) => query !== undefined && 'cursor' in query.properties
  const isPlainStream = ({ answer, method }: Operation) => answer?.kind === 'events' && method === 'GET'
  const isFile = ({ answer, upload, in_parts }: Operation) =>
    answer?.kind === 'file' || upload?.form === 'raw' || in_parts === true
  const isSum = ({ path }: Operation) => /\/(statistics|counts?)(\/|$)/.test(path)
  const isRefusable = (one: Operation) => loadOf(one) !== 'critical'
  const expected = all
    .filter((one) => isPage(one) || isPlainStream(one) || isFile(one) || isSum(one))
    .filter(isRefusable)
  expect(expected.length).toBeGreaterThan(30)
  expect(expected.map(({ id }) => id).filter((id) => !bulk.has(id))).toEqual([])
})

test('what creates, sends, reads and changes one thing is refused last', () => {
  const some: OperationId[] = [
    ...(['createConversation', 'sendConversationMessage', 'getConversation', 'updateConversation'] as const),
    ...(['startWebWidgetConversation', 'replyToConversation', 'signIn', 'queryDataset', 'suggestReply'] as const),
  ]
  expect(idsOf('normal')).toEqual(expect.arrayContaining(some))
})
