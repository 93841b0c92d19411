// The tools of a connection.
import { AppError, notFound } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import { isAllowed } from '../rules/connection-tools.ts'
import { parley_connection } from '../rules/parley-tools.ts'
import { readConnection } from '../rows/connections.ts'
import { StepFailure } from '../run/failure.ts'
import type { Workflows } from '../services.ts'

export const listWorkflowConnectionTools: Handler<'listWorkflowConnectionTools', Workflows> = async (
  { room, store },
  { connection_id },
) => {
  if (connection_id === parley_connection) {
    return { data: room.apps.listParleyTools().map((tool) => ({ ...tool, allowed: true })) }
  }
  const connection = await readConnection(store, connection_id)
  if (!connection) throw notFound('Connection')
  try {
    const tools = await room.apps.listTools(store, connection, new AbortController().signal)
    return { data: tools.map((tool) => ({ ...tool, allowed: isAllowed(connection.config, tool.name) })) }
  } catch (error) {
    if (error instanceof StepFailure) throw new AppError('connection_failed', error.message)
    throw error
  }
}
