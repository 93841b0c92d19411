// Which searches a trial question makes of the edited configuration: one for each knowledge base that is searched. Pure.
import { agentBounds, agentDefaults } from '@parley/contract'
import type { Input } from '@parley/sdk'
import { type AgentDocument, isObject, readAt } from '../document.ts'

export interface TrialRequest {
  input: Omit<Input<'queryDataset'>, 'query'>
  /** A filter with templates needs a conversation. */
  isFilterLeftOut: boolean
}

export function planTrial(document: AgentDocument): TrialRequest[] {
  const listed = readAt(document, ['config', 'knowledge_bases'])
  const rerank = readAt(document, ['config', 'retrieval', 'rerank'])
  const items = (Array.isArray(listed) ? listed : []).filter(isObject)
  return items.slice(0, agentBounds.knowledge_bases).flatMap(({ dataset_id, top_n, enabled, min_score, filter }) => {
    if (typeof dataset_id !== 'string' || dataset_id === '' || enabled === false) return []
    const isFilterLeftOut = isObject(filter) && JSON.stringify(filter).includes('{{')
    const input = {
      dataset_id,
      results_count: typeof top_n === 'number' ? top_n : agentDefaults.knowledge_base.top_n,
      ...(typeof min_score === 'number' ? { min_score } : {}),
      ...(isObject(filter) && !isFilterLeftOut ? { filter } : {}),
      ...(rerank === false ? { rerank } : {}),
    }
    return [{ input, isFilterLeftOut }]
  })
}
