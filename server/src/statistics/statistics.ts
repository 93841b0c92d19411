// The face of statistics.
export { readAgentTotals, readTotalsOfAgents } from './agent-totals.ts'
export { type Activity, readActivity } from './activity.ts'
export { foldStatistics } from './fold.ts'
