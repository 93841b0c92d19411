// Which organizations a caller may name: their own, and with the scope for it those below. Any other one does not exist for them (P4).
import { AppError, notFound } from '../base/errors.ts'
import { isUuid } from '../base/ports.ts'
import type { Context } from '../calls/context.ts'
import { isDescendant } from './rows/reports.ts'

/** Returns the id of the named organization; absent: the caller's own. */
export async function requireReachable({ access, core, store }: Context, named: string | undefined): Promise<string> {
  const id = named?.toLowerCase() ?? store.organization_id
  if (id === store.organization_id) return id
  if (!access.scopes.has('child_organizations:manage')) {
    throw new AppError('forbidden', 'Organizations below need the scope child_organizations:manage.')
  }
  if (!isUuid(id) || !(await isDescendant(core.database, id, store.organization_id))) throw notFound('Organization')
  return id
}
