// The end of an organization: its credentials are refused from this commit on, and work purges what belongs to it.
import { organizationBounds } from '@parley/contract'
import {
  byCommand,
  endViewsOfOrganization,
  hasChildren,
  holdOrganization,
  markOrganizationDeleted,
  requireOrganization,
  tell,
} from '../access/access.ts'
import { AppError, invalid } from '../base/errors.ts'
import { systemPorts } from '../base/ports.ts'
import type { Database, Transaction } from '../database/database.ts'
import { openStoreIn } from '../database/store.ts'
import { addOrganizationEvent } from '../organization-events/organization-events.ts'
import { addWork } from '../work/add.ts'
import { purge_organization_work } from './purge-work.ts'
import { announceBelow } from './rows.ts'

export interface Deleted {
  id: string
  deleted_at: string
  slug_reserved_until: string
}

/** Throws `has_children`. A child that is created meanwhile is found here, or finds its parent deleted. */
export async function deleteIn(tx: Transaction, organization_id: string, confirm: string): Promise<Deleted> {
  const store = openStoreIn(tx, organization_id)
  const organization = await holdOrganization(store)
  if (!organization) throw new AppError('unauthorized')
  const { id, name, slug, parent_id } = organization
  if (confirm !== slug) throw invalid({ path: 'confirm', message: 'must be the slug of the organization' })
  if (await hasChildren(store)) throw new AppError('has_children')
  const marked = await markOrganizationDeleted(store, organizationBounds.reserved_days)
  await endViewsOfOrganization(tx, id)
  const data = { organization_id: id, name, slug, parent_id }
  for (const home of parent_id === null ? [id] : [id, parent_id])
    addOrganizationEvent(tx, { organization_id: home, type: 'organization.deleted', subject: id, data })
  addWork(tx, purge_organization_work, { organization_id: id, owner: id, subject: id }, { urgent: true })
  await announceBelow(tx, id)
  return { id, ...marked }
}

/** For an operator. `organization`: slug or id. Throws `not_found`. */
export async function deleteOrganizationNamed(database: Database, organization: string): Promise<Deleted> {
  const { id, slug } = await requireOrganization(database, organization)
  return database.transaction(async (tx) => {
    const deleted = await deleteIn(tx, id, slug)
    const target = { type: 'organization', id, name: slug } as const
    await tell(tx, systemPorts, id, byCommand('parley org delete', target))
    return deleted
  })
}
