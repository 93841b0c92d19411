// Creates an organization within a transaction, with the events that tell of it there and in its parent.
import { AppError } from '../base/errors.ts'
import type { Ports } from '../base/ports.ts'
import type { Transaction } from '../database/database.ts'
import { openStoreIn } from '../database/store.ts'
import { addOrganizationEvent } from '../organization-events/organization-events.ts'
import { type PlacedOrganization, insertOrganization } from './organization-rows.ts'
import { proposeSlugs } from './rules/slugs.ts'
import { readStanding } from './standing.ts'

export interface OrganizationWish {
  name: string
  /** Default: derived from the name. */
  slug?: string | null | undefined
  parent_id?: string | null | undefined
  created_by?: string | null
}

/** A trigger makes its knowledge base. Throws `slug_taken`, `organization_suspended`, and what its place in the tree forbids. */
export async function createOrganizationIn(
  tx: Transaction,
  { newId, randomBytes }: Pick<Ports, 'newId' | 'randomBytes'>,
  { name, slug, parent_id = null, created_by = null }: OrganizationWish,
): Promise<PlacedOrganization> {
  // The table refuses a parent that is deleted.
  if (parent_id !== null && (await readStanding(openStoreIn(tx, parent_id))) === 'suspended')
    throw new AppError('organization_suspended')
  for (const candidate of slug ? [slug] : proposeSlugs(name, randomBytes)) {
    const wish = { id: newId(), name, slug: candidate, parent_id, created_by }
    const organization = await insertOrganization(tx, wish)
    if (!organization) continue
    const { id } = organization
    const data = { organization_id: id, name, slug: candidate, parent_id }
    for (const organization_id of parent_id === null ? [id] : [id, parent_id])
      addOrganizationEvent(tx, { organization_id, type: 'organization.created', subject: id, data })
    return organization
  }
  throw new AppError('slug_taken')
}
