// The texts of the page of roles.
import type { RespondersSee } from '@parley/contract'

const sees: Record<RespondersSee, string> = {
  all: 'All conversations',
  teams: 'Those of their teams, those of no team, and those that they hold',
}

export const roleTexts = {
  title: 'Roles',
  intro: 'What members can do. Their role is chosen when they are invited, and changed under Members.',
  list: 'Roles',
  can: 'Can',
  scopes: 'Scopes',
  toChange: 'change what responders see',
  responders: 'What responders see',
  respondersIntro: 'In lists, counts and live views. Admins always see everything.',
  sees,
  save: 'Save',
  saved: 'Saved',
} as const
