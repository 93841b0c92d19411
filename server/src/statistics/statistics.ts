// The face of statistics.
export { readAgentTotals, readTotalsOfAgents } from './agent-totals.ts'
