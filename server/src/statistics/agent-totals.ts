// Totals of agents, for reading and listing agents.
import type { Store } from '../database/store.ts'
import { presentAgentTotals, total_names } from './rules/counters.ts'
import { readTotals, readTotalsByAgent } from './queries.ts'

export async function readAgentTotals(store: Store, agent_id: string) {
  return presentAgentTotals(await readTotals(store, [agent_id], total_names))
}

/** Returns totals for each of them, including those without counts. */
export async function readTotalsOfAgents(store: Store, agent_ids: readonly string[]) {
  const totals = await readTotalsByAgent(store, agent_ids, total_names)
  return (agent_id: string) => presentAgentTotals(totals.get(agent_id) ?? {})
}
