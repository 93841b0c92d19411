// The texts that the pages of the settings share.
import type { Role } from '@parley/contract'
import { formatCount } from '../base/format.ts'

const roles: Record<Role, string> = { admin: 'Admin', responder: 'Responder', viewer: 'Viewer' }
const roleHints: Record<Role, string> = {
  admin: 'Can do everything.',
  responder: 'Can read and answer conversations. Cannot change agents or settings.',
  viewer: 'Can see lists and statistics, but no transcripts. Cannot change anything.',
}

export const settingsTexts = {
  label: 'Settings',
  needs: (to: string, wanted: readonly string[]) => `To ${to}, you need the scope ${wanted.join(' or ')}.`,
  narrowed: 'Your key is limited to certain agents, so it cannot see settings of the whole organization.',
  actions: 'Actions',
  more: 'Show more',
  history: 'History',
  delete: 'Delete',
  kept: 'I have saved it',
  shownOnce: 'Copy it now. You will not see it again, because the server stores only a hash.',
  days: (count: number) => formatCount(count, 'day', 'days'),
  role: 'Role',
  roles,
  roleHints,
} as const
