// The connections that the steps of a definition name, by id or by name.
import { type WorkflowDefinition, type WorkflowProblem, workflowBounds } from '@parley/contract'
import type { Store } from '../database/store.ts'
import { findConnections } from './rows/connections.ts'
import { parley_connection } from './rules/parley-tools.ts'

interface NamedConnection {
  connection: string
  /** The place of the step. */
  index: number
}

export function namedConnections({ nodes }: WorkflowDefinition): NamedConnection[] {
  return nodes.flatMap((step, index) => {
    const connection = step.type === 'app' ? (step.config.connection ?? '').trim() : ''
    return connection === '' || connection === parley_connection ? [] : [{ connection, index }]
  })
}

export function unknownConnections(
  named: readonly NamedConnection[],
  found: ReadonlyMap<string, unknown>,
): WorkflowProblem[] {
  return named
    .filter(({ connection }) => !found.has(connection))
    .slice(0, workflowBounds.problems)
    .map(({ index }) => ({
      path: `definition.nodes.${index}.config.connection`,
      code: 'not_available',
      message: 'names no connection; create it, or use the id or name of another one',
    }))
}

/** They keep it from being published. */
export async function findUnknownConnections(store: Store, definition: WorkflowDefinition): Promise<WorkflowProblem[]> {
  const named = namedConnections(definition)
  const found = await findConnections(
    store,
    named.map(({ connection }) => connection),
  )
  return unknownConnections(named, found)
}

/** What is unknown when a draft is saved is a warning. */
export async function warnOfConnections(store: Store, definition: WorkflowDefinition): Promise<string[]> {
  return (await findUnknownConnections(store, definition)).map(({ path, message }) => `${path} ${message}`)
}
