// What access has of an organization that is deleted. The organization itself goes last (organizations/purge-work.ts).
import { type Purge, purgeTable } from '../database/purge.ts'

export const purges: readonly Purge[] = [
  purgeTable('sessions'),
  purgeTable('partner_views'),
  purgeTable('invitations'),
  purgeTable('ended_invitations'),
  purgeTable('credentials'),
  purgeTable('members'),
]
