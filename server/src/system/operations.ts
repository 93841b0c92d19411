// The health checks of the server.
import type { Handler } from '../calls/context.ts'
import { AppError } from '../base/errors.ts'
import { acrossOrganizations } from '../database/database.ts'

export const getHealth: Handler<'getHealth'> = async () => ({ status: 'ok' })

const pingStatement = acrossOrganizations('it reads no table', 'ping', 'select 1')

export const getReadiness: Handler<'getReadiness'> = async ({ core, log }) => {
  try {
    await core.database.query(pingStatement, [])
  } catch (error) {
    log.warn({ err: error }, 'not ready')
    throw new AppError('unavailable', 'The database does not answer. Try again.')
  }
  return { status: 'ready' }
}
