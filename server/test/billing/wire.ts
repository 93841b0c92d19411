// What is recorded of usage, prices and budgets.
import { unknown_id } from '../wire/walks/constants.ts'
import { type Walk, makeAgent, until } from '../wire/world.ts'

const month = 'from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z'

export const walks = {
  async usage({ call, prepare }: Walk) {
    await call('getUsageSummary', 'without usage', { query: month })
    await call('getUsageSummary', 'faults', { query: 'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z' })
    await call('getUsage', 'without usage', { query: `${month}&group_by=model,kind&bucket=month` })
    await call('getUsage', 'faults', { query: 'group_by=model,kind,purpose' })
    await call('listUsageEntries', 'without any', { query: 'kind=model_call' })
    await call('listUsageEntries', 'as a file', { query: 'format=csv' })
    await call('getPartnerUsage', 'without usage', { query: month })
    await call('getPartnerUsage', 'of another organization', { query: `${month}&organization_id=${unknown_id}` })
    const price = {
      kind: 'model_call',
      model: 'openai/scripted',
      input: '2.50',
      output: '10',
      valid_from: '2100-01-01T00:00:00Z',
    }
    const made = await call('createPrice', 'with tiers', {
      body: { ...price, tiers: [{ above_input_tokens: 200_000, input: '5' }] },
    })
    await call('createPrice', 'of the same time', { body: price })
    await call('createPrice', 'faults', { body: { kind: 'model_call', input: '-1' } })
    await call('createPrice', 'without a rate', { body: { kind: 'crawl' } })
    await call('listPrices', 'a page', { query: 'limit=1' })
    const params = { price_id: made.json.id as string }
    await call('deletePrice', 'one', { params })
    await call('deletePrice', 'again', { params })
    const valid = await prepare('createPrice', { body: { ...price, valid_from: '2020-01-01T00:00:00Z' } })
    await call('deletePrice', 'in use', { params: { price_id: valid.json.id as string } })
    await call('recalculatePrices', 'a month', { body: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' } })
    await call('recalculatePrices', 'faults', { body: { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } })
  },
  async budgets({ call, prepare }: Walk) {
    const made = await call('createBudget', 'with everything', {
      body: { name: 'All', amount: '25.50', period: 'total', warn_at: [0.8, 0.5], stop: true, message: 'Closed.' },
    })
    await call('createBudget', 'faults', { body: { name: ' ', amount: 0, unit: 'cost', time_zone: 'Mars' } })
    await call('createBudget', 'of another organization', {
      body: { name: 'All', amount: '1', organization_id: unknown_id },
    })
    const params = { budget_id: made.json.id as string }
    await call('getBudget', 'as it is', { params })
    await call('updateBudget', 'another amount', { params, body: { amount: '30', active: false } })
    await call('updateBudget', 'faults', { params, body: { amount: 3 } })
    await call('listBudgets', 'a page', { query: 'limit=1' })
    await call('deleteBudget', 'one', { params })
    await call('deleteBudget', 'again', { params })
    await call('getBudget', 'deleted', { params })
    for (let number = 0; number < 100; number += 1)
      await prepare('createBudget', { body: { name: 'One', amount: '1' } })
    await call('createBudget', 'one too many', { body: { name: 'One', amount: '1' } })
  },
  async 'stopped-budgets'(walk: Walk) {
    const { call, prepare } = walk
    const begin = { body: { channel: 'text', user_id: 'ada', agent_id: await makeAgent(walk) } }
    const { json } = await prepare('createConversation', begin)
    const body = { name: 'Few', unit: 'conversations', amount: 1, period: 'total', stop: true }
    const made = await prepare('createBudget', { body })
    const client = await walk.watch()
    const isStopped = async () =>
      (await client.getBudget({ budget_id: made.json.id as string })).state.status === 'stopped'
    await until(isStopped)
    const params = { conversation_id: json.conversation.id as string }
    await until(async () => (await client.createConversation(begin.body as never).catch(() => null)) === null)
    await call('createConversation', 'over budget', begin)
    await call('sendConversationMessage', 'over budget', { params, body: { text: 'Hello' } })
  },
}
