// The operations of workflows.
export { listWorkflowConnectionTools } from './connection-tools.ts'
export * from './connections.ts'
export { executeWorkflow, executeWorkflowAsync } from './execute.ts'
export {
  cancelExecution,
  cancelExecutions,
  getWorkflowExecution,
  listExecutionVisits,
  listWorkflowExecutions,
  resumeExecution,
} from './executions.ts'
export { evaluateExpression, generateExpression } from './expressions.ts'
export { retryExecution } from './retry.ts'
export { streamExecutionEvents } from './stream.ts'
export * from './triggers.ts'
export * from './versions.ts'
export * from './workflows.ts'
