// The operations that are tools over MCP, by their names there. Pure.
import { type Operation, type OperationId, mcpToolName, operations } from '@parley/contract'
import { invalid } from '../../base/errors.ts'

export type ToolOperation = Operation & { id: OperationId }

/** In the order of their names. */
export const toolOperations: ReadonlyMap<string, ToolOperation> = new Map(
  Object.values<ToolOperation>(operations)
    .flatMap((operation): [string, ToolOperation][] => {
      const name = mcpToolName(operation)
      return name === undefined ? [] : [[name, operation]]
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1)),
)

/** Throws `validation_failed` for each name that is no tool. */
export function requireTools(names: readonly string[] | undefined, path: string): void {
  const faults = (names ?? []).flatMap((name, index) =>
    toolOperations.has(name) ? [] : [{ path: `${path}.${index}`, message: 'is not the name of a tool' }],
  )
  if (faults.length > 0) throw invalid(...faults)
}
