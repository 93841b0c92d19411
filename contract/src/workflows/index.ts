// Workflows: the definition, what is said about it, and the operations.
import { connectionManagement, connectionToolOperations } from './connections.ts'
import { executionManagement, executionStarts } from './executions.ts'
import { expressionOperations } from './expressions.ts'
import { triggerManagement, workflowHookOperations } from './triggers.ts'
import { workflowVersionManagement } from './versions.ts'
import { workflowManagement } from './workflows.ts'

/** Those that the server has; the others stand beside this file. */
export const workflowOperations = {
  ...workflowManagement,
  ...workflowVersionManagement,
  ...executionStarts,
  ...executionManagement,
  ...connectionManagement,
  ...connectionToolOperations,
  ...expressionOperations,
  ...triggerManagement,
  ...workflowHookOperations,
}

export * from './connection-config.ts'
export * from './connections.ts'
export * from './definition.ts'
export * from './execution-objects.ts'
export * from './executions.ts'
export * from './expressions.ts'
export * from './objects.ts'
export * from './read-cron.ts'
export * from './step-configs.ts'
export * from './trigger-configs.ts'
export * from './triggers.ts'
export * from './versions.ts'
export * from './words.ts'
export * from './workflows.ts'
