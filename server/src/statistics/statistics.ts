// The face of statistics.
export { readAgentTotals, readTotalsOfAgents } from './agent-totals.ts'
export { readActivity } from './activity.ts'
export { foldStatistics } from './fold.ts'
