// Statistics as other rooms see them.
export { readAgentTotals, readTotalsOfAgents } from './agent-totals.ts'
