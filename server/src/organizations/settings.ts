// The settings of organizations.
import type { SettingsGroup } from '../config/reader.ts'

export const creationRules = ['users', 'admins', 'off'] as const
export type CreationRule = (typeof creationRules)[number]

export interface OrganizationSettings {
  creation: CreationRule
}

export const organizationSettings: SettingsGroup<OrganizationSettings> = {
  settings: [
    {
      name: 'PARLEY_ORGANIZATION_CREATION',
      default: 'users',
      meaning:
        'Who can create organizations over the API: `users`, `admins` (users who are an admin of an organization) or `off`. Partners can always create children.',
    },
  ],
  read(read) {
    const text = read.text('PARLEY_ORGANIZATION_CREATION') ?? 'users'
    const creation = creationRules.find((known) => known === text)
    if (!creation) read.fault(`PARLEY_ORGANIZATION_CREATION must be users, admins or off, not "${text}"`)
    return { creation: creation ?? 'off' }
  },
}
