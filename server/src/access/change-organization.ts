// Changes of an organization, with the events that tell of them.
import { AppError, notFound } from '../base/errors.ts'
import { isUniqueViolation } from '../database/failures.ts'
import type { RootStore, TransactionStore } from '../database/store.ts'
import { addOrganizationEvent } from '../organization-events/organization-events.ts'
import {
  type OrganizationChange,
  type PlacedOrganization,
  lockOrganizationRow,
  moveOrganizationRow,
  writeOrganization,
} from './organization-rows.ts'
import { partnerAccessOf } from './rules/view.ts'
import { endViewsInto } from './view-rows.ts'

/** Throws `slug_taken`, and `not_found` if it is deleted. */
export async function changeOrganization(store: RootStore, change: OrganizationChange): Promise<PlacedOrganization> {
  try {
    return await store.transaction(async (tx) => {
      const before = await lockOrganizationRow(tx)
      if (!before) throw notFound('Organization')
      const after = await writeOrganization(tx, change)
      tell(tx, before, after)
      if (letsLook(before) && !letsLook(after)) await endViewsInto(tx, after.id)
      return after
    })
  } catch (error) {
    if (isUniqueViolation(error, 'organizations_slug_key'))
      throw new AppError('slug_taken', undefined, {}, { cause: error })
    throw error
  }
}

const letsLook = ({ settings }: PlacedOrganization) => partnerAccessOf(settings.partner_access) !== 'none'

/** With all below it; null: to the top. */
export async function moveOrganization(tx: TransactionStore, parent_id: string | null): Promise<PlacedOrganization> {
  const { before, after } = await moveOrganizationRow(tx, parent_id)
  tell(tx, before, after)
  return after
}

function tell(tx: TransactionStore, before: PlacedOrganization, after: PlacedOrganization): void {
  const { id, name, slug, parent_id, status } = after
  const organization = { organization_id: id, name, slug, parent_id }
  const shared = { organization_id: id, subject: id }
  const isSuspended = status === 'suspended' && before.status !== status
  if (isSuspended) addOrganizationEvent(tx, { ...shared, type: 'organization.suspended', data: organization })
  const changed = (['name', 'slug', 'settings', 'status', 'parent'] as const).filter((field) => {
    if (field === 'status') return status !== before.status && !isSuspended
    if (field === 'parent') return parent_id !== before.parent_id
    return JSON.stringify(after[field]) !== JSON.stringify(before[field])
  })
  if (changed.length === 0) return
  addOrganizationEvent(tx, { ...shared, type: 'organization.updated', data: { ...organization, status, changed } })
}
