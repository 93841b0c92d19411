// What an agent has done so far, for the agent's own page.
import type { Store } from '../database/store.ts'
import { presentAgentTotals, total_names } from './counters.ts'
import { readTotals } from './queries.ts'

export async function readAgentTotals(store: Store, agent_id: string) {
  return presentAgentTotals(await readTotals(store, [agent_id], total_names))
}
