// Asks for the deletion of an organization's expired blobs, in the commit that lets them expire.
import type { Pipeline } from '../database/database.ts'
import { addWork } from '../work/add.ts'

export const delete_blobs_work = 'delete_blobs'

export function addDeletion(tx: Pipeline & { readonly organization_id: string }): void {
  addDeletionOf(tx, tx.organization_id)
}

export function addDeletionOf(tx: Pipeline, organization_id: string): void {
  addWork(tx, delete_blobs_work, { organization_id, owner: organization_id, subject: 'expired' }, { urgent: true })
}
